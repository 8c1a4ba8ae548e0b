/**
 * `make demo`: a control plane with simulated nodes, the operator on it as a process of its own with no more rights than an
 * installation has, the example applied, and each condition as it turns until everything is Ready. Leaves it all running.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../src/api/status.ts';
import { API_VERSION, MANAGER } from '../../src/base/names.ts';
import type { KubeObject } from '../../src/base/object.ts';
import { drawWiring } from '../../src/cli/drawing.ts';
import { Client } from '../controlplane/client.ts';
import { Kubectl } from './kubectl.ts';
import { connectionOf, upControlPlane } from './plane.ts';
import { OPERATOR_KUBECONFIG, OPERATOR_LOG, OPERATOR_PID, operatorPid } from './state.ts';
import { ReadyWatch } from './watch.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = 'examples/plg.yaml';
const NAMESPACE = 'observability';
const TIMEOUT_MS = 300_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const step = (text: string): void => say(`\n▸ ${text}`);

async function install(kubectl: Kubectl): Promise<void> {
  step('installing the CRDs and the roles of the operator');
  say((await kubectl.run('apply', '--server-side', '-f', `${ROOT}crds`, '-f', `${ROOT}deploy/rbac.yaml`)).trimEnd());
  await kubectl.run('wait', '--for=condition=Established', '--timeout=60s', '-f', `${ROOT}crds`);
}

/** A kubeconfig with a token of the operator's ServiceAccount: it gets along with the rights of an installation, or the demo fails. */
async function operatorKubeconfig(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  const token = (await kubectl.run('create', 'token', MANAGER, '-n', MANAGER, '--duration=24h')).trim();
  const { url, ca } = await connectionOf(kubeconfig);
  const cluster = { name: 'demo', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } };
  const user = { name: MANAGER, user: { token } };
  const context = { name: 'demo', context: { cluster: 'demo', user: MANAGER } };
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], users: [user], contexts: [context], 'current-context': 'demo' };
  await writeFile(OPERATOR_KUBECONFIG, JSON.stringify(config), { mode: 0o600 });
}

async function startOperator(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  const running = await operatorPid();
  if (running !== undefined) {
    step(`the operator runs already (process ${running})`);
    return;
  }
  step('starting the operator, with the rights of its ServiceAccount and no more');
  await operatorKubeconfig(kubectl, kubeconfig);
  const log = openSync(OPERATOR_LOG, 'w');
  const args = ['run', '--kubeconfig', OPERATOR_KUBECONFIG, '--http-address', ''];
  const child = spawn(`${ROOT}bin/lgtm-operator`, args, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  await writeFile(OPERATOR_PID, String(child.pid));
}

async function resources(kubectl: Kubectl): Promise<(KubeObject & { status?: Status })[]> {
  const text = await kubectl.run('get', 'logstacks,dashboardstacks', '-n', NAMESPACE, '-o', 'json');
  return (JSON.parse(text) as { items: (KubeObject & { status?: Status })[] }).items;
}

async function follow(kubeconfig: string): Promise<void> {
  step('waiting until everything is Ready; each condition as it turns');
  const client = new Client(await connectionOf(kubeconfig), 'lgtm-demo');
  const paths = ['logstacks', 'dashboardstacks'].map((plural) => `/apis/${API_VERSION}/namespaces/${NAMESPACE}/${plural}`);
  await new ReadyWatch(['LogStack logs', 'DashboardStack dashboards'], say).until(client, paths, TIMEOUT_MS);
  await client.close();
}

async function report(kubectl: Kubectl, kubeconfig: string): Promise<void> {
  step('kubectl get logstacks,dashboardstacks');
  say((await kubectl.run('get', 'logstacks,dashboardstacks', '-n', NAMESPACE)).trimEnd());
  step('kubectl describe logstack logs');
  say((await kubectl.run('describe', 'logstack', 'logs', '-n', NAMESPACE)).trimEnd());
  step('what was wired');
  say(drawWiring(await resources(kubectl)).trimEnd());
  step('how to go on');
  say(`  export KUBECONFIG=${kubeconfig}`);
  say(`  kubectl get pods -n ${NAMESPACE}            # simulated: no container runs`);
  say(`  kubectl edit logstack logs -n ${NAMESPACE}  # try retention: 30x, or storage without a bucket`);
  say(`  operator's log: ${OPERATOR_LOG}`);
  say('  stop everything: make demo-down');
}

async function demo(): Promise<void> {
  step('a local Kubernetes control plane with simulated nodes (the first time its programs are downloaded, or built with Go: ten minutes)');
  const kubeconfig = await upControlPlane(3);
  const kubectl = new Kubectl(kubeconfig);
  await install(kubectl);
  await startOperator(kubectl, kubeconfig);
  step(`kubectl apply -f ${EXAMPLE}`);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  await new Client(await connectionOf(kubeconfig)).patch(`/api/v1/namespaces/${NAMESPACE}?fieldManager=demo`, 'apply', namespace);
  say((await kubectl.run('apply', '-f', `${ROOT}${EXAMPLE}`)).trimEnd());
  await follow(kubeconfig);
  await report(kubectl, kubeconfig);
}

try {
  await demo();
  process.exit(0);
} catch (error) {
  const log = await readFile(OPERATOR_LOG, 'utf8').catch(() => '');
  process.stderr.write(`\nthe demo failed: ${(error as Error).message}\n${log.split('\n').slice(-15).join('\n')}\n`);
  process.exit(1);
}
