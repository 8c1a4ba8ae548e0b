import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject, Manifest, ResourceType } from '../../src/base/object.ts';
import { K8S } from '../../src/base/resources.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { isAlreadyExists, isConflict, isGone, isInvalid, isNotFound } from '../../src/kube/errors.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import { KubeHttp } from '../../src/kube/http.ts';
import { LeaseElector } from '../../src/kube/lease.ts';
import type { Log } from '../../src/kube/log.ts';
import { silentLog } from '../../src/kube/log.ts';
import { Objects } from '../../src/kube/objects.ts';
import type { ReflectorOptions } from '../../src/kube/reflector.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';

/** Our client against a real etcd and kube-apiserver: TLS, server-side apply, WatchList, leases, events. */

const START_MS = 240_000;

class Session {
  readonly http: KubeHttp;
  readonly objects: Objects;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  private constructor(http: KubeHttp) {
    this.http = http;
    this.objects = new Objects(http);
  }

  static async open(kubeconfig: string, userAgent: string): Promise<Session> {
    return new Session(new KubeHttp(await loadConnection({ kubeconfig }), { userAgent }));
  }

  reflect(type: ResourceType, store: Store, options: Partial<ReflectorOptions<KubeObject>> = {}): Reflector {
    const reflector = new Reflector({ http: this.http, type, store, ...options });
    this.#running.push(reflector.run(this.#stop.signal));
    return reflector;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await this.http.close();
  }
}

const configMap = (name: string, data: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name, labels: { suite: 'kube' } },
  data,
});

const caught = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error);

/** Resolves when the store holds what `condition` wants. */
function when(store: Store, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return;
      stop();
      resolve();
    };
    const stop = store.subscribe(look);
    look();
  });
}

let plane: ControlPlane;
let session: Session;
let mark: number;

beforeAll(async () => {
  plane = await startControlPlane();
}, START_MS);

afterAll(() => plane.stop());

let sessions = 0;

beforeEach(async () => {
  session = await Session.open(plane.kubeconfig, `kube-test/${String(sessions++)}`);
  mark = await plane.auditLog.mark();
});

afterEach(() => session.close());

const requests = async (): Promise<string[]> => {
  const records = await plane.auditLog.requests({ since: mark, userAgent: `kube-test/${String(sessions - 1)}` });
  return records.map((r) => `${r.verb} ${r.resource}`);
};

describe('Objects against a real API server', () => {
  const name = { namespace: 'default', name: 'objects' };

  it('apply, change, and do nothing', async () => {
    const first = await session.objects.apply(K8S.ConfigMap, configMap('objects', { a: '1', b: '2' }), { manager: 'kube-test' });
    const same = await session.objects.apply(K8S.ConfigMap, configMap('objects', { a: '1', b: '2' }), { manager: 'kube-test' });
    expect(same.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const trial = await session.objects.apply(K8S.ConfigMap, configMap('objects', { a: '9' }), { manager: 'kube-test', dryRun: true });
    expect(trial).toMatchObject({ data: { a: '9' } });
    const changed = await session.objects.apply(K8S.ConfigMap, configMap('objects', { a: '1' }), { manager: 'kube-test' });
    expect(changed).toMatchObject({ data: { a: '1' } });
    expect(changed).not.toMatchObject({ data: { b: '2' } });
    const other = caught(session.objects.apply(K8S.ConfigMap, configMap('objects', { a: '3' }), { manager: 'other', force: false }));
    expect(isConflict(await other)).toBe(true);
    await session.objects.mergePatch(K8S.ConfigMap, name, { data: { c: '3' } }, { manager: 'other' });
    expect(await session.objects.get(K8S.ConfigMap, name)).toMatchObject({ data: { a: '1', c: '3' } });
  });

  it('create, look, and delete on conditions', async () => {
    const created = await session.objects.create(K8S.ConfigMap, configMap('created'), { manager: 'kube-test' });
    const { uid, resourceVersion } = created.metadata;
    const key = { namespace: 'default', name: 'created' };
    expect(isAlreadyExists(await caught(session.objects.create(K8S.ConfigMap, configMap('created'))))).toBe(true);
    const seen = await session.objects.getMetadata(K8S.ConfigMap, key);
    expect(seen).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { uid } });
    expect(seen).not.toHaveProperty('data');
    expect(isConflict(await caught(session.objects.remove(K8S.ConfigMap, key, { uid: 'another' })))).toBe(true);
    expect(isConflict(await caught(session.objects.remove(K8S.ConfigMap, key, { uid, resourceVersion: '1' })))).toBe(true);
    await session.objects.remove(K8S.ConfigMap, key, { uid, resourceVersion });
    await session.objects.remove(K8S.ConfigMap, key);
    expect(await session.objects.getMetadata(K8S.ConfigMap, key)).toBeUndefined();
    expect(isNotFound(await caught(session.objects.get(K8S.ConfigMap, key)))).toBe(true);
  });

  it('apply status, and learn why something is invalid', async () => {
    const budget = (more: object): Manifest => ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace: 'default', name: 'pdb' },
      ...more,
    });
    await session.objects.apply(K8S.PodDisruptionBudget, budget({ spec: { maxUnavailable: 1 } }), { manager: 'kube-test' });
    const status = { disruptionsAllowed: 1, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
    const written = await session.objects.applyStatus(K8S.PodDisruptionBudget, budget({ status }), { manager: 'kube-test' });
    expect(written).toMatchObject({ spec: { maxUnavailable: 1 }, status });
    const invalid = await caught(session.objects.apply(K8S.PodDisruptionBudget, budget({ spec: { maxUnavailable: -1 } }), { manager: 'kube-test' }));
    expect(isInvalid(invalid)).toBe(true);
    expect(invalid).toMatchObject({ reason: 'Invalid', details: { causes: [{ field: 'spec.maxUnavailable' }] } });
  });

  it('keep their connections', async () => {
    const sockets = (): number => process.getActiveResourcesInfo().filter((r) => /TCPSocket|TLS/.test(r)).length;
    const get = (): Promise<unknown> => session.objects.getMetadata(K8S.ConfigMap, name);
    for (let i = 0; i < 10; i++) await get();
    const before = sockets();
    for (let i = 0; i < 300; i++) await get();
    expect(sockets()).toBeLessThanOrEqual(before + 1);
  });
});

describe('Reflector against a real API server', () => {
  it('is in sync after one request, whatever it selects, and stays so', async () => {
    const many = Array.from({ length: 600 }, (_, i) => configMap(`many-${String(i)}`));
    await Promise.all(many.map((m) => session.objects.apply(K8S.ConfigMap, m, { manager: 'kube-test' })));
    mark = await plane.auditLog.mark();
    const store = new Store();
    const reflector = session.reflect(K8S.ConfigMap, store, { labelSelector: 'suite=kube' });
    await reflector.synced;
    expect(store.list().filter((o) => o.metadata.name.startsWith('many-'))).toHaveLength(600);
    expect(store.list().every((o) => o.kind === 'ConfigMap' && o.metadata.managedFields === undefined)).toBe(true);
    expect(await requests()).toEqual(['watch configmaps']);

    const written = await session.objects.apply(K8S.ConfigMap, configMap('many-0', { x: 'y' }), { manager: 'kube-test' });
    await store.whenReached(written.metadata.resourceVersion ?? '');
    expect(store.get({ namespace: 'default', name: 'many-0' })).toMatchObject({ data: { x: 'y' } });
    const deltas: string[] = [];
    store.subscribe((d) => deltas.push(d.type));
    const key = { namespace: 'default', name: 'many-1' };
    const uid = store.get(key)?.metadata.uid;
    await session.objects.remove(K8S.ConfigMap, key);
    const again = await session.objects.apply(K8S.ConfigMap, configMap('many-1'), { manager: 'kube-test' });
    await store.whenReached(again.metadata.resourceVersion ?? '');
    expect([deltas, store.byUid(uid ?? '')]).toEqual([['deleted', 'added'], undefined]);
    await session.objects.mergePatch(K8S.ConfigMap, key, { metadata: { labels: { suite: 'other' } } });
    await when(store, () => store.get(key) === undefined);
  });

  it('knows metadata only when told so', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 's' }, stringData: { password: 'x' } };
    await session.objects.apply(K8S.Secret, secret, { manager: 'kube-test' });
    const store = new Store();
    await session.reflect(K8S.Secret, store, { metadataOnly: true, namespace: 'default' }).synced;
    const key = { namespace: 'default', name: 's' };
    expect(store.get(key)).toEqual({ apiVersion: 'v1', kind: 'Secret', metadata: expect.objectContaining({ name: 's' }) });
    await session.objects.mergePatch(K8S.Secret, key, { metadata: { labels: { a: 'b' } } });
    await when(store, () => store.get(key)?.metadata.labels?.['a'] === 'b');
    expect(store.get(key)).not.toHaveProperty('data');
  });

  it('waits for a kind, and for permission', async () => {
    const widgets: ResourceType = { apiVersion: 'kube.test/v1', kind: 'Widget', plural: 'widgets', namespaced: true };
    const store = new Store();
    const absent = session.reflect(widgets, store);
    const guest = await Session.open(await plane.kubeconfigFor('guest'), 'guest');
    try {
      const pods = guest.reflect(K8S.Pod, new Store());
      await session.http.request({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: crd(widgets) });
      const metadata = { name: 'guest' };
      const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];
      const rbac = '/apis/rbac.authorization.k8s.io/v1';
      await session.http.request({ method: 'POST', path: `${rbac}/clusterroles`, body: { metadata, rules } });
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'guest' };
      const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'guest' }];
      await session.http.request({ method: 'POST', path: `${rbac}/clusterrolebindings`, body: { metadata, roleRef, subjects } });
      await Promise.all([absent.synced, pods.synced]);
    } finally {
      await guest.close();
    }
    const widget = { apiVersion: widgets.apiVersion, kind: 'Widget', metadata: { namespace: 'default', name: 'w' } };
    await session.objects.apply(widgets, widget, { manager: 'kube-test' });
    await when(store, () => store.size === 1);
    await session.http.request({ method: 'DELETE', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.kube.test' });
    await when(store, () => store.size === 0);
  }, 90_000);

  it('is told of versions that are too old', async () => {
    const watch = { method: 'GET', path: '/api/v1/configmaps', query: { watch: true, resourceVersion: 1, timeoutSeconds: 5 } } as const;
    const error = await caught(
      session.http.stream(
        watch,
        (line) => {
          throw new Error(line);
        },
        { inactivityMs: 10_000 },
      ),
    );
    // Young as it is, this server may still know everything: then it sends the whole history.
    expect(isGone(error) || String(error).includes('ADDED')).toBe(true);
  });
});

const crd = (type: ResourceType): object => ({
  metadata: { name: `${type.plural}.kube.test` },
  spec: {
    group: 'kube.test',
    scope: 'Namespaced',
    names: { plural: type.plural, singular: 'widget', kind: type.kind, listKind: 'WidgetList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});

describe('LeaseElector against a real API server', () => {
  it('leads, and hands over on release', async () => {
    const elect = (identity: string): { stop: AbortController; leads: Promise<void>; ended: Promise<void> } => {
      const stop = new AbortController();
      const elector = new LeaseElector({ objects: session.objects, http: session.http, namespace: 'default', name: 'kube-test', identity });
      let started: () => void = () => undefined;
      const leads = new Promise<void>((resolve) => (started = resolve));
      const ended = elector.run(stop.signal, { onStarted: started, onLost: () => undefined });
      return { stop, leads, ended };
    };
    const key = { namespace: 'default', name: 'kube-test' };
    const a = elect('a');
    await a.leads;
    const b = elect('b');
    expect(await session.objects.get(K8S.Lease, key)).toMatchObject({ spec: { holderIdentity: 'a', leaseDurationSeconds: 30 } });
    a.stop.abort();
    await a.ended;
    await b.leads;
    expect(await session.objects.get(K8S.Lease, key)).toMatchObject({ spec: { holderIdentity: 'b', leaseTransitions: 1 } });
    b.stop.abort();
    await b.ended;
    const released = (await session.objects.get(K8S.Lease, key)) as KubeObject & { spec: { holderIdentity?: string } };
    expect(released.spec.holderIdentity ?? '').toBe('');
  });
});

describe('EventRecorder against a real API server', () => {
  it('writes events that it accepts, of namespaced and cluster-scoped objects, with the longest names and notes', async () => {
    const refused: object[] = [];
    const log: Log = { ...silentLog, warn: (fields) => refused.push(fields) };
    const recorder = new EventRecorder({ objects: session.objects, controller: 'kube.test/controller', instance: 'pod-1', log });
    const namespace = await session.objects.get(K8S.Namespace, { namespace: '', name: 'default' });
    recorder.emit(configMap('events'), { type: 'Normal', reason: 'Tested', message: 'fine' }, 'Test');
    recorder.emit(namespace, { type: 'Warning', reason: 'Tested', message: 'ü'.repeat(5_000) });
    recorder.emit(configMap(`${'x'.repeat(250)}.y`), { type: 'Normal', reason: 'R'.repeat(500), message: '' });
    await recorder.flush();
    expect(refused).toEqual([]);
    const events = (await session.objects.list(K8S.Event, { namespace: 'default' })) as Manifest[];
    const ours = events.filter((e) => e['reportingController'] === 'kube.test/controller');
    expect(ours).toHaveLength(3);
    expect(ours).toContainEqual(expect.objectContaining({ note: 'fine', action: 'Test', reason: 'Tested', type: 'Normal' }));
  });
});

describe('a server without WatchList', () => {
  it('is listed by pages', async () => {
    const old = await startControlPlane({ apiServerArgs: ['--feature-gates=WatchList=false'] });
    const reader = await Session.open(old.kubeconfig, 'reader');
    try {
      const since = await old.auditLog.mark();
      const store = new Store();
      await reader.reflect(K8S.ConfigMap, store).synced;
      expect(store.size).toBeGreaterThan(0);
      await reader.objects.apply(K8S.ConfigMap, configMap('old'), { manager: 'kube-test' });
      await when(store, () => store.get({ namespace: 'default', name: 'old' }) !== undefined);
      const records = await old.auditLog.requests({ since, userAgent: 'reader', resource: 'configmaps' });
      expect(records.map((r) => `${r.verb} ${String(r.code)}`)).toEqual(['watch 422', 'list 200', 'watch 200', 'patch 201']);
    } finally {
      await reader.close();
      await old.stop();
    }
  }, START_MS);
});
