import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../src/base/object.ts';
import { program } from '../programs/program.ts';
import type { ApiServer } from './apiserver.ts';
import { SERVICE_RANGE } from './apiserver.ts';
import { Client } from './client.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { kwokConfig, simulatedNode } from './kwok.ts';
import { Daemon } from './process.ts';

export interface ControllersOptions {
  state: string;
  /** How many simulated nodes. */
  nodes: number;
}

const NODES = '/api/v1/nodes';

/** Adds kube-controller-manager, kube-scheduler and kwok with its nodes to a running API server; waits until pods can be scheduled. */
export async function startControllers(server: ApiServer, { state, nodes }: ControllersOptions): Promise<void> {
  const client = new Client(server.admin, 'lgtm-test-nodes');
  try {
    const daemons = [await controllerManager(server, state), await scheduler(server, state), await kwok(server, state)];
    server.daemons.push(...daemons);
    const failed = server.daemons.map(async (daemon) => {
      await daemon.ended;
      throw daemon.failure('ended early');
    });
    await Promise.race([addNodes(client, nodes), ...failed]);
  } finally {
    await client.close();
  }
}

async function addNodes(client: Client, count: number): Promise<void> {
  const nodes = Array.from({ length: count }, (_, index) => simulatedNode(index));
  await Promise.all(nodes.map((node) => client.post(NODES, node)));
  await Promise.all(nodes.map((node) => client.until(NODES, node.metadata.name, isSchedulable)));
  await client.until('/api/v1/namespaces/default/serviceaccounts', 'default', () => true);
}

interface NodeState {
  spec?: { taints?: unknown[] };
  status?: { conditions?: { type: string; status: string }[] };
}

function isSchedulable(node: Manifest): boolean {
  const { spec, status } = node as NodeState;
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
  return ready && (spec?.taints ?? []).length === 0;
}

/** Each has its own user, so that the audit log tells them apart, with every right. */
const kubeconfigOf = (server: ApiServer, state: string, user: string): Promise<string> =>
  writeKubeconfig(join(state, 'kubeconfigs', `${user.replace(/^system:/, '')}.yaml`), 'test', {
    url: server.url,
    ca: server.authority.cert,
    ...server.authority.client(user, ['system:masters']),
  });

async function controllerManager(server: ApiServer, state: string): Promise<Daemon> {
  const name = 'kube-controller-manager';
  const kubeconfig = await kubeconfigOf(server, state, `system:${name}`);
  const args = [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${server.files.serviceAccountKey}`,
    `--root-ca-file=${server.files.ca}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ];
  return new Daemon({ name, program: await program(name), args, log: join(state, `logs/${name}.log`) });
}

async function scheduler(server: ApiServer, state: string): Promise<Daemon> {
  const name = 'kube-scheduler';
  const config = join(state, 'scheduler.json');
  const content = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: await kubeconfigOf(server, state, `system:${name}`), qps: 500, burst: 1000 },
    leaderElection: { leaderElect: false },
  };
  await writeFile(config, JSON.stringify(content));
  const args = [`--config=${config}`, '--secure-port=0'];
  return new Daemon({ name, program: await program(name), args, log: join(state, `logs/${name}.log`) });
}

async function kwok(server: ApiServer, state: string): Promise<Daemon> {
  const name = 'kwok';
  const config = join(state, 'kwok.yaml');
  await writeFile(config, kwokConfig());
  const kubeconfig = await kubeconfigOf(server, state, 'system:kwok');
  const args = [`--kubeconfig=${kubeconfig}`, `--config=${config}`, '--manage-all-nodes', '--node-lease-duration-seconds=40'];
  return new Daemon({ name, program: await program(name), args, log: join(state, `logs/${name}.log`) });
}
