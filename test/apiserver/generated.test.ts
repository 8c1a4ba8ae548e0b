import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GeneratedSecret, generatedKeys } from '../../src/base/generated.ts';
import { ANNOTATION, LABEL, MANAGER } from '../../src/base/names.ts';
import type { KubeObject, NamespacedName } from '../../src/base/object.ts';
import { K8S } from '../../src/base/resources.ts';
import { type Findings, noFindings } from '../../src/engine/apply.ts';
import { Caches } from '../../src/engine/caches.ts';
import { Expectations } from '../../src/engine/expectations.ts';
import { Generator } from '../../src/engine/generated.ts';
import { Memory } from '../../src/engine/memory.ts';
import { certificatesIn } from '../../src/keys/x509.ts';
import { realClock } from '../../src/kube/clock.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { isConflict } from '../../src/kube/errors.ts';
import { KubeHttp } from '../../src/kube/http.ts';
import { silentLog } from '../../src/kube/log.ts';
import { Objects } from '../../src/kube/objects.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';

/** Generated Secrets on a real API server: what a merge patch with a version does there, and who owns what is in them. */

const START_MS = 240_000;
const NAME: NamespacedName = { namespace: 'default', name: 'made' };

function wanted(keys: GeneratedSecret['keys'], certificate?: GeneratedSecret['certificate']): GeneratedSecret {
  const secret = { keys, ...(certificate === undefined ? {} : { certificate }) };
  const metadata = { ...NAME, labels: { [LABEL.managedBy]: MANAGER }, annotations: { [ANNOTATION.generated]: generatedKeys(secret).join(',') } };
  return { manifest: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' }, ...secret };
}

const FIRST = wanted({ password: 24 });
const MORE = wanted(
  { password: 24, users: { make: 'elasticsearch-users', passwords: { 'lgtm-operator': 'password' } } },
  { commonName: 'es', names: ['es.default.svc'] },
);

describe('a generated Secret', () => {
  let plane: ControlPlane;
  let http: KubeHttp;
  let objects: Objects;

  beforeAll(async () => {
    plane = await startControlPlane();
    http = new KubeHttp(await loadConnection({ kubeconfig: plane.kubeconfig }), { userAgent: 'generated' });
    objects = new Objects(http);
  }, START_MS);

  afterAll(async () => {
    await http?.close();
    await plane?.stop();
  });

  /** With a cache that shows nothing, so that the API server has to be asked. */
  async function ensure(secret: GeneratedSecret): Promise<Findings> {
    const caches = new Caches([], {}, silentLog);
    const generator = new Generator({ objects, caches, memory: new Memory(), expectations: new Expectations(caches, realClock), clock: realClock });
    const owner: KubeObject = { apiVersion: 'x/v1', kind: 'Toy', metadata: { name: 'a', namespace: 'default', uid: 'u' } };
    const findings = noFindings();
    await generator.ensure({ key: 'Toy/default/a', owner, signal: AbortSignal.timeout(60_000), log: silentLog }, [secret], findings);
    expect(findings.refusals).toEqual([]);
    return findings;
  }

  const living = async (): Promise<KubeObject & { data: Record<string, string> }> =>
    (await objects.get(K8S.Secret, NAME)) as KubeObject & { data: Record<string, string> };

  it('is made, completed and given another authority, each by one write of ours that takes nothing away', async () => {
    await ensure(FIRST);
    const first = await living();
    expect(Object.keys(first.data)).toEqual(['password']);
    await ensure(MORE);
    const second = await living();
    expect(second.data).toMatchObject(first.data);
    expect(Object.keys(second.data).sort()).toEqual(['ca.crt', 'ca.key', 'password', 'tls.crt', 'tls.key', 'users']);
    const leaf = new X509Certificate(Buffer.from(second.data['tls.crt'] ?? '', 'base64'));
    expect(leaf.checkHost('es.default.svc')).toBe('es.default.svc');
    const { againMs } = await ensure(MORE);
    expect([(await living()).metadata.resourceVersion, againMs]).toEqual([second.metadata.resourceVersion, 86_400_000]);
    await objects.mergePatch(K8S.Secret, NAME, { metadata: { annotations: { [ANNOTATION.rotate]: 'now' } } }, { manager: 'user' });
    await ensure(MORE);
    const third = await living();
    expect(certificatesIn(Buffer.from(third.data['ca.crt'] ?? '', 'base64').toString())).toHaveLength(2);
    expect(third.data).toMatchObject({ 'ca-next.key': expect.any(String), 'tls.crt': second.data['tls.crt'] });
    expect(third.metadata.annotations?.[ANNOTATION.rotate]).toBeUndefined();
    expect(third.metadata.managedFields?.filter(({ manager }) => manager === MANAGER)).toEqual([expect.objectContaining({ operation: 'Update' })]);
  });

  it('is not changed by who knows an older version of it, not even to take a key away', async () => {
    const { metadata } = await living();
    await objects.mergePatch(K8S.Secret, NAME, { data: { theirs: 'eA==' } }, { manager: 'user' });
    const patch = { metadata: { resourceVersion: metadata.resourceVersion }, data: { password: 'eA==', 'ca-next.key': null } };
    const error: unknown = await objects.mergePatch(K8S.Secret, NAME, patch, { manager: MANAGER }).catch((e: unknown) => e);
    expect(isConflict(error)).toBe(true);
    expect((await living()).data).toMatchObject({ theirs: 'eA==', 'ca-next.key': expect.any(String) });
  });
});
