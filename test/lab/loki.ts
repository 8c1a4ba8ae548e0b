/**
 * By hand, on a cluster with real pods (KUBECONFIG): a LogStack on filesystem storage becomes Ready no sooner than its Loki,
 * and a line pushed to the endpoint in its status comes back by query. With `--alloy` the cluster's own pod logs and events
 * must come back too; with `--api` they are read through the API, in a namespace that enforces the restricted Pod Security level.
 * `--s3` puts three replicas on a MinIO, whose Secret comes late. Prints the report in Markdown; exit code 1 where something is
 * not as promised.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LogStack } from '../../src/api/kinds.ts';
import { API_VERSION } from '../../src/base/names.ts';
import { isPodReady } from '../../src/status/pods.ts';
import { Client } from '../controlplane/client.ts';
import { connectionOf } from '../demo/plane.ts';
import { Kubectl } from '../demo/kubectl.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const KUBECONFIG = process.env.KUBECONFIG ?? '';
const NAMESPACE = 'lab-logs';
const WITH_API = process.argv.includes('--api');
const WITH_ALLOY = WITH_API || process.argv.includes('--alloy');
const WITH_S3 = process.argv.includes('--s3');
const STACKS = `/apis/${API_VERSION}/namespaces/${NAMESPACE}/logstacks`;
const MINIO = 'lab-minio';
const KEYS = { access_key_id: 'lab-user', secret_access_key: 'lab-password' };
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

const BUCKET = { bucket: 'logs', endpoint: `${MINIO}.${MINIO}.svc:9000`, insecure: true, secretName: 'bucket' };

const stack = {
  apiVersion: API_VERSION,
  kind: 'LogStack',
  metadata: { name: 'logs', namespace: NAMESPACE },
  spec: {
    backend: 'loki',
    size: 'demo',
    retention: '30d',
    networkPolicy: { from: [{ podSelector: { matchLabels: { app: 'client' } } }] },
    ...(WITH_ALLOY ? { collection: { alloy: WITH_API ? { podLogs: { from: 'api' } } : {} } } : {}),
    ...(WITH_S3 ? { loki: { replicas: 3 }, storage: { type: 's3', s3: BUCKET } } : {}),
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
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 100, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'curl',
          image: 'curlimages/curl:8.10.1',
          imagePullPolicy: 'IfNotPresent',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          command: ['sh', '-c', 'while true; do echo lab-heartbeat $(date +%s); sleep 2; done'],
        },
      ],
    },
  };
  await client.patch(`${PODS}/client?fieldManager=lab`, 'apply', pod);
  await client.until(PODS, 'client', (object) => isPodReady(object));
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
  must(logs.includes('lab-heartbeat'), `the client pod's own output was read by Alloy ${WITH_API ? 'through the API' : "from the node's files"}`);
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

const minioPod = (name: string, command: string[]): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: MINIO, labels: { app: name } },
  spec: {
    restartPolicy: 'OnFailure',
    containers: [
      {
        name,
        image: name === 'minio' ? 'minio/minio:RELEASE.2026-02-12T20-18-48Z' : 'minio/mc:latest',
        imagePullPolicy: 'IfNotPresent',
        command,
        env: [
          { name: 'MINIO_ROOT_USER', value: KEYS.access_key_id },
          { name: 'MINIO_ROOT_PASSWORD', value: KEYS.secret_access_key },
          { name: 'MC_HOST_lab', value: `http://${KEYS.access_key_id}:${KEYS.secret_access_key}@${BUCKET.endpoint}` },
        ],
      },
    ],
  },
});

async function startMinio(): Promise<void> {
  const pods = `/api/v1/namespaces/${MINIO}/pods`;
  await client.patch(`/api/v1/namespaces/${MINIO}?fieldManager=lab`, 'apply', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: MINIO } });
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: MINIO, namespace: MINIO }, spec: { selector: { app: 'minio' }, ports: [{ port: 9000 }] } };
  await client.patch(`/api/v1/namespaces/${MINIO}/services/${MINIO}?fieldManager=lab`, 'apply', service);
  await client.patch(`${pods}/minio?fieldManager=lab`, 'apply', minioPod('minio', ['minio', 'server', '/tmp/data']));
  await client.until(pods, 'minio', isPodReady);
  await client.patch(`${pods}/mc?fieldManager=lab`, 'apply', minioPod('mc', ['mc', 'mb', '--ignore-existing', `lab/${BUCKET.bucket}`]));
  await client.until(pods, 'mc', (pod) => (pod.status as { phase?: string } | undefined)?.phase === 'Succeeded');
}

/** The stack says what it misses, and goes on by itself. */
async function secretComesLate(): Promise<void> {
  const stalled = await client.until(STACKS, 'logs', (object) =>
    ((object as unknown as LogStack).status?.conditions ?? []).some(({ type, reason }) => type === 'StorageReady' && reason === 'SecretMissing'));
  const message = (stalled as unknown as LogStack).status?.conditions?.find(({ type }) => type === 'StorageReady')?.message ?? '';
  must(message.includes('bucket') && message.includes('access_key_id'), `without the Secret: StorageReady=False, "${message}"`);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bucket', namespace: NAMESPACE }, stringData: KEYS };
  await client.patch(`/api/v1/namespaces/${NAMESPACE}/secrets/bucket?fieldManager=lab`, 'apply', secret);
}

/** Chunks reach the bucket when they are flushed. */
async function inBucket(found: LogStack): Promise<void> {
  const pods = await kubectl.run('get', 'pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=loki', '-o', 'name');
  must(pods.trim().split('\n').length === 3, 'three pods run');
  const ring = await curl(`${endpoint(found, 'query')}/ring`, '-H', 'accept: application/json');
  must((ring.match(/"state":\s*"ACTIVE"/g) ?? []).length === 3, 'all three are active in the ring, found by gossip');
  await curl('-X', 'POST', `${endpoint(found, 'query')}/flush`);
  const ls = ['mc', 'ls', '-r', `lab/${BUCKET.bucket}`];
  await client.patch(`/api/v1/namespaces/${MINIO}/pods/list?fieldManager=lab`, 'apply', { ...minioPod('list', ls), metadata: { name: 'list', namespace: MINIO } });
  await client.until(`/api/v1/namespaces/${MINIO}/pods`, 'list', (pod) => (pod.status as { phase?: string } | undefined)?.phase === 'Succeeded');
  const listing = await kubectl.run('logs', '-n', MINIO, 'list');
  must(listing.trim() !== '', `the bucket holds objects (${listing.trim().split('\n').length})`);
}

async function main(): Promise<void> {
  say(`Operator as a process with the kubeconfig of the cluster; Kubernetes ${(await kubectl.run('version', '-o', 'json')).match(/"serverVersion"[\s\S]*?"gitVersion": "([^"]+)"/)?.[1] ?? ''}.`);
  await kubectl.run('apply', '--server-side', '-f', `${ROOT}crds`, '-f', `${ROOT}deploy/rbac.yaml`);
  const labels = WITH_API ? { 'pod-security.kubernetes.io/enforce': 'restricted' } : {};
  await client.patch(`/api/v1/namespaces/${NAMESPACE}?fieldManager=lab`, 'apply', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } });
  if (WITH_S3) await startMinio();
  const operator = spawn(`${ROOT}bin/lgtm-operator`, ['run', '--http-address', ''], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'lgtm-lab-')), 'stack.json');
    writeFileSync(file, JSON.stringify(stack));
    await kubectl.run('apply', '-f', file);
    if (WITH_S3) await secretComesLate();
    const found = await becomeReady();
    await startClient();
    await pushAndQuery(found);
    if (WITH_ALLOY) await collected(found);
    if (WITH_S3) await inBucket(found);
    await blocked(found);
    say(`\n\`\`\`\n${await kubectl.run('get', 'logstack,statefulset,daemonset,pod,pvc', '-n', NAMESPACE)}\`\`\``);
  } finally {
    operator.kill('SIGTERM');
    await kubectl.run('delete', 'namespace', NAMESPACE, ...(WITH_S3 ? [MINIO] : []), '--wait=true');
  }
}

await main();
await client.close();
