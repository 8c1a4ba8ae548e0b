import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../kinds.ts';
import { customResourceDefinitions } from './crd.ts';

/** Keys of a JSON value, at any depth. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

describe('customResourceDefinitions', () => {
  const crds = customResourceDefinitions();

  it('has one for every kind', () => {
    expect(crds.map(({ metadata }) => metadata.name)).toEqual(Object.values(KINDS).map(({ resource }) => `${resource.plural}.lgtm-operator.io`));
  });

  it.each(crds.map((crd) => [crd.metadata.name, crd] as const))('%s stays small, and sets no defaults', (_, crd) => {
    expect(JSON.stringify(crd).length).toBeLessThan(200_000);
    expect(keysOf(crd)).not.toEqual(expect.arrayContaining(['default']));
    expect(keysOf(crd)).not.toEqual(expect.arrayContaining(['$ref']));
  });

  it('describes what a user meets', () => {
    expect(crds[0]).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/part-of': 'lgtm-operator' } },
      spec: {
        group: 'lgtm-operator.io',
        scope: 'Namespaced',
        names: { kind: 'LogStack', listKind: 'LogStackList', plural: 'logstacks', singular: 'logstack', shortNames: ['lgs'], categories: ['lgtm'] },
        versions: [
          {
            name: 'v1alpha1',
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: expect.arrayContaining([expect.objectContaining({ name: 'Ready' })]),
            schema: {
              openAPIV3Schema: {
                required: ['spec'],
                properties: { spec: { required: ['backend'] }, status: { properties: { conditions: { 'x-kubernetes-list-type': 'map' } } } },
                'x-kubernetes-validations': expect.arrayContaining([{ rule: expect.stringContaining('metadata.name'), message: expect.any(String) }]),
              },
            },
          },
        ],
      },
    });
  });

  it('says of a rule which field it is about', () => {
    expect(JSON.stringify(crds[0])).toContain('"fieldPath":".loki.replicas"');
  });
});
