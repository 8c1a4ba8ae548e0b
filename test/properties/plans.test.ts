import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, type Kind } from '../../src/api/kinds.ts';
import { checkResource, normalised } from '../../src/api/resource.ts';
import type { KubeObject, Manifest } from '../../src/base/object.ts';
import { refKey, refOf } from '../../src/base/object.ts';
import { CHILD_TYPES } from '../../src/base/resources.ts';
import { isTree } from '../../src/components/kit/merge.ts';
import { CONTROLLERS } from '../../src/controllers/index.ts';
import type { Plan } from '../../src/status/plan.ts';
import { completeSecret, viewOf } from '../../src/testing/resources.ts';
import { type JsonObject, resourceShape, values } from '../apiserver/arbitraries.ts';

const RUNS = { numRuns: 300, seed: Number(process.env.LGTM_SEED ?? 1) };

const placed = (object: JsonObject): KubeObject => {
  const resource = normalised(JSON.parse(JSON.stringify(object)) as KubeObject);
  return { ...resource, metadata: { ...resource.metadata, namespace: 'obs', uid: 'u', generation: 1 } };
};

const resources = (kind: Kind): fc.Arbitrary<KubeObject> => values(resourceShape(KINDS[kind])).map((value) => placed(value as JsonObject));

const planOf = (resource: KubeObject): Plan => {
  const view = { ...viewOf({ resources: [resource] }), secret: () => completeSecret };
  return CONTROLLERS[resource.kind as Kind].plan(resource, view);
};

const applied = (plan: Plan): Manifest[] => [...plan.generated.map(({ manifest }) => manifest), ...plan.manifests];

/** Every place in a manifest where another object of the namespace is named. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isTree(value)) return [];
  const own = [
    isTree(value.configMap) && typeof value.configMap.name === 'string' ? [`ConfigMap/${value.configMap.name}`] : [],
    typeof value.serviceAccountName === 'string' ? [`ServiceAccount/${value.serviceAccountName}`] : [],
    typeof value.serviceName === 'string' ? [`Service/${value.serviceName}`] : [],
  ].flat();
  return [...own, ...Object.values(value).flatMap(references)];
}

/** What users' own pod templates and selectors may break is not ours to hold. */
const withoutRaw = (resource: KubeObject): boolean => !JSON.stringify(resource).includes('"podTemplate"');

describe.each(Object.keys(KINDS) as Kind[])('any %s that the schema accepts', (kind) => {
  const valid = resources(kind).filter((resource) => checkResource(resource).length === 0);

  it('gives a plan, the same each time', () => {
    fc.assert(fc.property(valid, (resource) => expect(planOf(resource)).toEqual(planOf(resource))), RUNS);
  });

  it('renders objects with valid, distinct names, of kinds that the operator may write', () => {
    const kinds = new Set(CHILD_TYPES.map(({ kind: name }) => name));
    fc.assert(
      fc.property(valid, (resource) => {
        const manifests = applied(planOf(resource));
        const refs = manifests.map((manifest) => refKey(refOf(manifest)));
        expect(new Set(refs).size).toBe(refs.length);
        for (const { kind: rendered, metadata } of manifests) {
          expect(kinds).toContain(rendered);
          expect(metadata.name.length).toBeLessThanOrEqual(rendered === 'StatefulSet' ? 52 : rendered === 'ClusterRoleBinding' ? 253 : 63);
          expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'lgtm-operator' });
        }
      }),
      RUNS,
    );
  });

  it('renders no reference to nothing', () => {
    fc.assert(
      fc.property(valid.filter(withoutRaw), (resource) => {
        const manifests = applied(planOf(resource));
        const there = new Set(manifests.map(({ kind: name, metadata }) => `${name}/${metadata.name}`));
        for (const reference of manifests.flatMap(references)) expect(there).toContain(reference);
      }),
      RUNS,
    );
  });

  it('renders pods that meet the restricted standard, but for the one that reads files of its node', () => {
    fc.assert(
      fc.property(valid.filter(withoutRaw), (resource) => {
        for (const manifest of applied(planOf(resource))) checkPod(manifest);
      }),
      RUNS,
    );
  });
});

interface Template {
  spec?: { template?: { spec?: { securityContext?: object; volumes?: { hostPath?: object }[]; containers?: { securityContext?: object }[] } } };
}

function checkPod(manifest: Manifest): void {
  const pod = (manifest as Template).spec?.template?.spec;
  if (!pod) return;
  const onNode = manifest.kind === 'DaemonSet';
  expect(pod.securityContext).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' }, ...(onNode ? {} : { runAsNonRoot: true }) });
  expect((pod.volumes ?? []).some(({ hostPath }) => hostPath !== undefined)).toBe(onNode);
  const component = manifest.metadata.labels?.['app.kubernetes.io/component'] ?? '';
  const rest = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
  for (const container of pod.containers ?? []) expect(container.securityContext).toEqual({ ...rest, ...MORE[component] });
}

/** What single components need beyond that. */
const MORE: Readonly<Record<string, object>> = {
  packetbeat: { capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] } },
  auditbeat: { capabilities: { drop: ['ALL'], add: ['AUDIT_CONTROL', 'AUDIT_READ'] } },
  // Logstash writes below its own folder (elastic/logstash#10905); the standard allows that.
  logstash: { readOnlyRootFilesystem: false },
};

describe('anything at all', () => {
  const broken = fc.record({
    apiVersion: fc.constant('lgtm-operator.io/v1alpha1'),
    kind: fc.constantFrom<Kind>('LogStack', 'DashboardStack'),
    metadata: fc.record({ name: fc.string({ maxLength: 60 }), namespace: fc.constant('obs'), generation: fc.nat() }),
    spec: fc.jsonValue({ maxDepth: 6 }),
  }) as fc.Arbitrary<KubeObject>;

  it('never makes a plan throw, its own or a neighbour\'s, and is applied only when it is valid', () => {
    fc.assert(
      fc.property(broken, resources('LogStack'), (resource, neighbour) => {
        const view = viewOf({ resources: [resource, neighbour] });
        for (const one of [resource, neighbour]) {
          const plan = CONTROLLERS[one.kind as Kind].plan(one, view);
          if (checkResource(one).length > 0) expect(plan.apply).toBe(false);
        }
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });
});
