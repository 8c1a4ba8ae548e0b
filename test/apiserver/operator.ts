import { MANAGER } from '../../src/base/names.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import { ProductsDataPlane } from '../../src/dataplane/runner.ts';
import { type ManagerEnd, type ManagerOptions, runManager } from '../../src/engine/manager.ts';
import { installation } from '../../src/install/rbac.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { type Log, silentLog } from '../../src/kube/log.ts';
import type { ControlPlane } from '../controlplane/index.ts';
import { installCrds } from './installed.ts';

/** The user that the operator acts as: its ServiceAccount, with the rights of deploy/rbac.yaml and no more. */
export const OPERATOR_USER = `system:serviceaccount:${MANAGER}:${MANAGER}`;

const PATHS: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: `/api/v1/namespaces/${MANAGER}/serviceaccounts`,
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
};

/** CRDs, roles and bindings, as `kubectl apply -f crds -f deploy` would make them. */
export async function install(plane: ControlPlane): Promise<void> {
  await installCrds(plane.client);
  for (const object of installation(MANAGER)) await plane.client.post(PATHS[object.kind] ?? '', object);
}

export interface RunningOperator {
  /** Tells it to stop, and waits until it has. */
  stop(): Promise<ManagerEnd>;
}

/** An operator inside this process, working when this resolves. */
export async function startOperator(plane: ControlPlane, log: Log = silentLog, more: Partial<ManagerOptions> = {}): Promise<RunningOperator> {
  const stop = new AbortController();
  const connection = await loadConnection({ kubeconfig: await plane.kubeconfigFor(OPERATOR_USER) });
  let ended: Promise<ManagerEnd> | undefined;
  await new Promise<void>((resolve, reject) => {
    ended = runManager({
      connection, log, userAgent: 'lgtm-operator/test', controllers: Object.values(CONTROLLERS), scope: {}, identity: 'test', addresses: [], signal: stop.signal, onWorking: resolve, dataPlane: (parts) => new ProductsDataPlane(parts), ...more,
    });
    ended.catch(reject);
  });
  return {
    stop: async () => {
      stop.abort();
      return (await ended) ?? 'stopped';
    },
  };
}
