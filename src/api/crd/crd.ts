import { GROUP, LABEL, MANAGER, VERSION } from '../../base/names.ts';
import type { Manifest } from '../../base/object.ts';
import { KINDS, type KindDefinition, type PrinterColumn } from '../kinds.ts';
import { RESOURCE_RULES } from '../resource.ts';
import { celRule } from '../rule.ts';
import { statusSchema } from '../status.ts';
import { type JsonSchema, structural } from './structural.ts';

/**
 * Schema of a whole resource. The API server lets nothing be said of metadata; fieldPath cannot point into it either,
 * so the rules on the resource go without.
 */
export function resourceJsonSchema(definition: KindDefinition): JsonSchema {
  return {
    description: definition.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: 'Version of the API.', type: 'string' },
      kind: { description: 'Kind of the resource.', type: 'string' },
      metadata: { type: 'object' },
      spec: structural(definition.spec),
      status: structural(statusSchema, { bounded: false }),
    },
    'x-kubernetes-validations': RESOURCE_RULES.map(({ path: _, ...rule }) => celRule(rule)),
  };
}

const printerColumn = ({ name, type, jsonPath, description, priority }: PrinterColumn) => ({
  name,
  type,
  jsonPath,
  description,
  ...(priority === undefined ? {} : { priority }),
});

const version = (definition: KindDefinition) => ({
  name: VERSION,
  served: true,
  storage: true,
  additionalPrinterColumns: definition.columns.map(printerColumn),
  subresources: { status: {} },
  schema: { openAPIV3Schema: resourceJsonSchema(definition) },
});

function customResourceDefinition(definition: KindDefinition): Manifest {
  const { kind, plural, namespaced } = definition.resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      labels: { [LABEL.name]: MANAGER, [LABEL.component]: 'crd', [LABEL.partOf]: MANAGER },
    },
    spec: {
      group: GROUP,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular: definition.singular, shortNames: [definition.shortName], categories: ['lgtm'] },
      versions: [version(definition)],
    },
  };
}

/** The CustomResourceDefinition of every kind, in the order of KINDS. */
export const customResourceDefinitions = (): Manifest[] => Object.values(KINDS).map(customResourceDefinition);
