import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../src/api/status.ts';
import { API_VERSION } from '../../src/base/names.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { isPodReady } from '../../src/status/pods.ts';
import { Client } from '../controlplane/client.ts';
import { Kubectl } from '../demo/kubectl.ts';
import { connectionOf } from '../demo/plane.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Resource = KubeObject & { status?: Status; spec: Record<string, unknown> };

/** A run by hand on a cluster with real pods: says what it sees, as Markdown; the process fails where something is not as promised. */
export class Scene {
  readonly namespace: string;
  readonly kubectl: Kubectl;
  readonly client: Client;
  readonly #started = performance.now();
  #operator: ChildProcess | undefined;

  private constructor(namespace: string, kubeconfig: string, client: Client) {
    this.namespace = namespace;
    this.kubectl = new Kubectl(kubeconfig);
    this.client = client;
  }

  /** On the cluster of KUBECONFIG: installs the CRDs, makes the namespace, starts the operator as a process. */
  static async open(namespace: string): Promise<Scene> {
    const kubeconfig = process.env.KUBECONFIG ?? '';
    const scene = new Scene(namespace, kubeconfig, new Client(await connectionOf(kubeconfig), 'lgtm-lab'));
    await scene.kubectl.run('apply', '--server-side', '-f', `${ROOT}crds`, '-f', `${ROOT}deploy/rbac.yaml`);
    await scene.client.patch(`/api/v1/namespaces/${namespace}?fieldManager=lab`, 'apply', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    scene.#operator = spawn(`${ROOT}bin/lgtm-operator`, ['run', '--http-address', ''], { stdio: ['ignore', 'ignore', 'inherit'] });
    return scene;
  }

  async close(): Promise<void> {
    this.#operator?.kill('SIGTERM');
    await this.kubectl.run('delete', 'namespace', this.namespace, '--wait=true');
    await this.client.close();
  }

  say(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  must(truth: boolean, what: string): void {
    this.say(`- ${truth ? 'yes' : '**NO**'}: ${what}`);
    if (!truth) process.exitCode = 1;
  }

  seconds(): string {
    return `${((performance.now() - this.#started) / 1000).toFixed(1)} s`;
  }

  path(plural: string): string {
    return `/apis/${API_VERSION}/namespaces/${this.namespace}/${plural}`;
  }

  async apply(plural: string, resource: object & { metadata: { name: string } }): Promise<void> {
    await this.client.patch(`${this.path(plural)}/${resource.metadata.name}?fieldManager=lab`, 'apply', resource);
  }

  /** Shows each new message of Ready, until it is True; undefined when that takes longer than `ms`. */
  async ready(plural: string, name: string, ms = 300_000): Promise<Resource | undefined> {
    const late = AbortSignal.timeout(ms);
    try {
      return await this.#untilReady(plural, name, late);
    } catch (error) {
      if (!late.aborted) throw error;
      return undefined;
    }
  }

  async #untilReady(plural: string, name: string, late: AbortSignal): Promise<Resource | undefined> {
    const shown = new Set<string>();
    for await (const { object } of this.client.follow(this.path(plural), late)) {
      const found = object as unknown as Resource;
      const ready = found.metadata.name === name ? found.status?.conditions?.find(({ type }) => type === 'Ready') : undefined;
      if (!ready) continue;
      if (!shown.has(ready.message)) this.say(`| ${this.seconds()} | ${plural}/${name} | ${ready.status} | ${ready.reason} | ${ready.message} |`);
      shown.add(ready.message);
      if (ready.status === 'True') return found;
    }
    return undefined;
  }

  /** A pod with curl, labelled `app: client`, from which everything is asked. */
  async startClient(): Promise<void> {
    const security = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const command = ['sh', '-c', 'while true; do echo lab-heartbeat $(date +%s); sleep 2; done'];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client', namespace: this.namespace, labels: { app: 'client' } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 100, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [{ name: 'curl', image: 'curlimages/curl:8.10.1', imagePullPolicy: 'IfNotPresent', securityContext: security, command }],
      },
    };
    const pods = `/api/v1/namespaces/${this.namespace}/pods`;
    await this.client.patch(`${pods}/client?fieldManager=lab`, 'apply', pod);
    await this.client.until(pods, 'client', (object) => isPodReady(object));
  }

  /** Answer and, on the last line, the HTTP status; `exit code N` where curl fails. */
  async curl(...args: string[]): Promise<string> {
    try {
      return await this.kubectl.run('exec', '-n', this.namespace, 'client', '-c', 'curl', '--', 'curl', '-sS', '-m', '10', '-w', '\n%{http_code}', ...args);
    } catch (error) {
      return `exit code ${String((error as { code?: number }).code ?? 1)}`;
    }
  }

  /** A real program answers in its own time: asks again until the answer is as wanted, `ms` at most. Returns the last answer. */
  async eventually(ask: () => Promise<string>, wanted: (answer: string) => boolean, ms = 90_000): Promise<string> {
    const until = performance.now() + ms;
    let answer = await ask();
    while (!wanted(answer) && performance.now() < until) {
      await delay(2000);
      answer = await ask();
    }
    return answer;
  }
}
