/**
 * By hand, on a cluster with real pods (KUBECONFIG): a LogStack on filesystem storage becomes Ready no sooner than its Loki,
 * and a line pushed to the endpoint in its status comes back by query. With `--alloy` the cluster's own pod logs and events
 * must come back too. Prints the report in Markdown; exit code 1 where something is not as promised.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LogStack } from '../../src/api/kinds.ts';
import { API_VERSION } from '../../src/base/names.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { isPodReady } from '../../src/status/pods.ts';
import { Client } from '../controlplane/client.ts';
import { connectionOf } from '../demo/plane.ts';
import { Kubectl } from '../demo/kubectl.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const KUBECONFIG = process.env.KUBECONFIG ?? '';
const NAMESPACE = 'lab-logs';
const WITH_ALLOY = process.argv.includes('--alloy');
const STACKS = `/apis/${API_VERSION}/namespaces/${NAMESPACE}/logstacks`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

const kubectl = new Kubectl(KUBECONFIG);
const client = new Client(await connectionOf(KUBECONFIG), 'lgtm-lab');
const started = performance.now();
const report: string[] = [];

const say = (line: string): void => {
  report.push(line);
  process.stdout.write(`${line}\n`);
};

const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;

function must(truth: boolean, what: string): void {
  say(`- ${truth ? 'yes' : '**NO**'}: ${what}`);
  if (!truth) process.exitCode = 1;
}

const stack = {
  apiVersion: API_VERSION,
  kind: 'LogStack',
  metadata: { name: 'logs', namespace: NAMESPACE },
  spec: {
    backend: 'loki',
    size: 'demo',
    retention: '30d',
    networkPolicy: { from: [{ podSelector: { matchLabels: { app: 'client' } } }] },
    ...(WITH_ALLOY ? { collection: { alloy: {} } } : {}),
  },
};

/** When something was first seen to be ready; 0 while it never was. */
const firstReady = { pods: 0, stack: 0 };

async function watchPods(signal: AbortSignal): Promise<void> {
  const ready = new Map<string, boolean>();
  for await (const { object } of client.follow(PODS, signal)) {
    if (!object.metadata.name.startsWith('logs-')) continue;
    ready.set(object.metadata.name, isPodReady(object));
    const all = ready.has('logs-loki-0') && [...ready.values()].every(Boolean);
    if (all && firstReady.pods === 0) firstReady.pods = performance.now();
  }
}

/** Shows each new message of Ready; ends at the first True. */
async function watchStack(done: AbortController): Promise<LogStack | undefined> {
  const shown = new Set<string>();
  for await (const { object } of client.follow(STACKS, done.signal)) {
    const stack = object as unknown as LogStack;
    const ready = stack.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!ready) continue;
    if (!shown.has(ready.message)) say(`| ${seconds()} | ${ready.status} | ${ready.reason} | ${ready.message} |`);
    shown.add(ready.message);
    if (ready.status !== 'True') continue;
    firstReady.stack = performance.now();
    done.abort();
    return stack;
  }
  return undefined;
}

/** Waits for the stack, and checks the order in which it and its pods were seen to become ready. */
async function becomeReady(): Promise<LogStack> {
  const done = new AbortController();
  const late = setTimeout(() => done.abort(), 300_000);
  say('\n| after | Ready | reason | message |\n|---|---|---|---|');
  const [, found] = await Promise.all([watchPods(done.signal), watchStack(done)]);
  clearTimeout(late);
  say('');
  must(firstReady.stack > 0, 'the LogStack became Ready');
  must(firstReady.pods > 0 && firstReady.stack > firstReady.pods, 'it was not Ready before its pods were');
  if (!found) throw new Error('the LogStack never became Ready');
  return found;
}

const curl = async (...args: string[]): Promise<string> => {
  const { stdout, code } = await exec(['exec', '-n', NAMESPACE, 'client', '--', 'curl', '-sS', '-m', '10', '-w', '\n%{http_code}', ...args]);
  return code === 0 ? stdout : `exit code ${code}`;
};

async function exec(args: string[]): Promise<{ stdout: string; code: number }> {
  try {
    return { stdout: await kubectl.run(...args), code: 0 };
  } catch (error) {
    return { stdout: '', code: (error as { code?: number }).code ?? 1 };
  }
}

async function startClient(): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'client', namespace: NAMESPACE, labels: { app: 'client' } },
    spec: { containers: [{ name: 'curl', image: 'curlimages/curl:8.10.1', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', 'while true; do echo lab-heartbeat $(date +%s); sleep 2; done'] }] },
  };
  await client.patch(`${PODS}/client?fieldManager=lab`, 'apply', pod);
  await client.until(PODS, 'client', (object) => isPodReady(object as KubeObject));
}

const endpoint = (found: LogStack, name: string): string => found.status?.endpoints?.find((e) => e.name === name)?.url ?? '';

async function query(url: string, logql: string): Promise<string> {
  return curl('-G', `${url}/loki/api/v1/query_range`, '--data-urlencode', `query=${logql}`, '--data-urlencode', 'limit=5');
}

async function pushAndQuery(found: LogStack): Promise<void> {
  const text = `a line from the lab ${Date.now()}`;
  const body = JSON.stringify({ streams: [{ stream: { app: 'lab' }, values: [[`${Date.now()}000000`, text]] }] });
  const pushed = await curl('-H', 'content-type: application/json', '-d', body, endpoint(found, 'push'));
  must(pushed.endsWith('204'), `a push to ${endpoint(found, 'push')} is taken (${pushed.trim().split('\n').at(-1)})`);
  must((await eventually(() => query(endpoint(found, 'query'), '{app="lab"}'), text)).includes(text), 'the line comes back by query');
}

/** A real program answers in its own time: asks again, for a minute at most. */
async function eventually(ask: () => Promise<string>, wanted: string): Promise<string> {
  for (let i = 0; i < 30; i++) {
    const answer = await ask();
    if (answer.includes(wanted)) return answer;
    await delay(2000);
  }
  return ask();
}

async function collected(found: LogStack): Promise<void> {
  const url = endpoint(found, 'query');
  const logs = await eventually(() => query(url, `{namespace="${NAMESPACE}", container="curl"} |= "lab-heartbeat"`), 'lab-heartbeat');
  must(logs.includes('lab-heartbeat'), "the client pod's own output was read from the node's files by Alloy");
  must(/"pod":\s*"client"/.test(logs), 'its pod name is structured metadata');
  const events = await eventually(() => query(url, '{job="kubernetes-events"} |= "client"'), 'client');
  must(events.includes('client') && events.includes('"result":[{'), 'the events of the cluster arrive');
}

async function blocked(found: LogStack): Promise<void> {
  await kubectl.run('label', 'pod', 'client', '-n', NAMESPACE, 'app=stranger', '--overwrite');
  await delay(3000);
  const answer = await curl(`${endpoint(found, 'query')}/ready`);
  must(answer.startsWith('exit code'), `a pod that the network policy does not name is kept out (${answer})`);
}

async function main(): Promise<void> {
  say(`Operator as a process with the kubeconfig of the cluster; Kubernetes ${(await kubectl.run('version', '-o', 'json')).match(/"serverVersion"[\s\S]*?"gitVersion": "([^"]+)"/)?.[1] ?? ''}.`);
  await kubectl.run('apply', '--server-side', '-f', `${ROOT}crds`, '-f', `${ROOT}deploy/rbac.yaml`);
  await client.patch(`/api/v1/namespaces/${NAMESPACE}?fieldManager=lab`, 'apply', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const operator = spawn(`${ROOT}bin/lgtm-operator`, ['run', '--http-address', ''], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'lgtm-lab-')), 'stack.json');
    writeFileSync(file, JSON.stringify(stack));
    await kubectl.run('apply', '-f', file);
    const found = await becomeReady();
    await startClient();
    await pushAndQuery(found);
    if (WITH_ALLOY) await collected(found);
    await blocked(found);
    say(`\n\`\`\`\n${await kubectl.run('get', 'logstack,statefulset,daemonset,pod,pvc', '-n', NAMESPACE)}\`\`\``);
  } finally {
    operator.kill('SIGTERM');
    await kubectl.run('delete', 'namespace', NAMESPACE, '--wait=false');
  }
}

await main();
await client.close();
