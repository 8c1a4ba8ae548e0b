import { z } from 'zod';

/** Status, of the same shape for every kind. Only the operator writes it, so bounds and rules are few. */

const text = (description: string) => z.string().meta({ description });

export const CONDITION_TYPES = [
  'Ready', 'Reconciling', 'Stalled', 'ConfigValid', 'StorageReady', 'WorkloadsReady', 'WiringReady', 'RetentionApplied',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** What it means that a condition is true. */
export const CONDITION_MEANINGS: Readonly<Record<ConditionType, string>> = {
  Ready: 'It works: ConfigValid, StorageReady and WorkloadsReady are true, and every link that the spec asks for by name is active.',
  Reconciling: 'The operator is at work, or waits for something that comes by itself (pods that start). There only while true.',
  Stalled: 'Nothing will happen until somebody acts; the message says what to do. There only while true.',
  ConfigValid: 'The spec is valid, and all objects could be rendered from it and were accepted.',
  StorageReady: 'Volumes are bound, and the Secrets of the object storage exist with all their keys.',
  WorkloadsReady: 'As many pods as wanted are ready, at the revision that is wanted, and the products that the operator speaks to answer and hold what is asked for.',
  WiringReady: 'Every link that the spec asks for by name is active. Links found by a selector do not count.',
  RetentionApplied: 'The configuration that runs, or the policy inside the product, carries the retention that is asked for.',
};

const condition = z.strictObject({
  type: z.enum(CONDITION_TYPES).meta({ description: 'Reconciling and Stalled are there only while true; all others are good when true.' }),
  status: z.enum(['True', 'False', 'Unknown']).meta({ description: 'True, False or Unknown.' }),
  reason: text('Stable word; docs/runbooks has a page for each.'),
  message: text('What is so, and what to do about it.'),
  lastTransitionTime: text('When status last changed (RFC 3339).').meta({ description: 'When status last changed.', format: 'date-time' }),
  observedGeneration: z.int().optional().meta({ description: 'Generation of the spec that this speaks of.' }),
});

const warning = z.strictObject({
  code: text('Stable code of the finding.'),
  path: text('Field that it is about.'),
  message: text('What to know, and what to do.'),
});

const component = z.strictObject({
  name: text('Component: loki, alloy, grafana.'),
  kind: text('Kind of the workload.'),
  object: text('Name of the workload.'),
  version: text('Version of the product.'),
  ready: z.int().meta({ description: 'Pods that are ready and of the wanted revision.' }),
  desired: z.int().meta({ description: 'Pods that are wanted.' }),
  message: z.string().optional().meta({ description: 'What keeps it from being ready, down to the pod.' }),
});

export const WIRE_STATES = ['Active', 'Waiting', 'Denied'] as const;

const wire = z.strictObject({
  from: text('`Kind/namespace/name` of the end that talks.'),
  to: text('`Kind/namespace/name` of the end that is talked to.'),
  what: text('What flows: logs, datasource.'),
  state: z.enum(WIRE_STATES).meta({ description: 'Active, Waiting (the other end is missing) or Denied (it does not allow this one).' }),
  required: z.boolean().optional().meta({ description: 'Asked for by name: Ready waits for it.' }),
  why: z.string().optional().meta({ description: 'What it waits for, or why it was denied.' }),
});

const retentionRow = z.strictObject({
  signal: text('logs, traces, metrics.'),
  tenant: text('Tenant, or * for all.'),
  wanted: text('Period asked for, as written; forever when none.'),
  inForce: text('Period in the configuration that runs; unknown while it rolls out.'),
  maxAge: text('Latest moment at which the engine will have deleted it.'),
  where: text('Setting that carries it.'),
});

const endpoint = z.strictObject({
  name: text('push, query, otlp, tail, ui.'),
  url: text('Address inside the cluster, or of the ingress.'),
});

const lokiSchema = z.strictObject({
  from: text('First day (UTC).'),
  store: text('Index store.'),
  schema: text('Schema version.'),
  objectStore: text('Object store.'),
});

export const statusSchema = z
  .strictObject({
    observedGeneration: z.int().optional().meta({ description: 'Generation of the spec that this status speaks of.' }),
    conditions: z.array(condition).optional().meta({
      description: 'Ready = ConfigValid and StorageReady and WorkloadsReady and every link asked for by name.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
    version: z.string().optional().meta({ description: 'Version of the product that was chosen; stays through upgrades of the operator.' }),
    renderVersion: z.int().optional().meta({ description: "Version of the operator's renderers that shaped the pods." }),
    components: z.array(component).optional().meta({ description: 'Workloads.' }),
    endpoints: z.array(endpoint).optional().meta({ description: 'Addresses.' }),
    wiring: z.array(wire).optional().meta({ description: 'Links to other resources.' }),
    retention: z.array(retentionRow).optional().meta({ description: 'How long data is kept.' }),
    schemas: z.array(lokiSchema).optional().meta({ description: "Loki's schema periods." }),
    warnings: z.array(warning).optional().meta({ description: 'Deprecations and cross-check findings that do not keep it from being ready.' }),
  })
  .meta({ description: 'What the operator found. Written by it alone.' });

export type Status = z.output<typeof statusSchema>;
export type Condition = z.output<typeof condition>;
export type ConditionStatus = Condition['status'];
export type ComponentStatus = z.output<typeof component>;
export type Wire = z.output<typeof wire>;
export type RetentionRow = z.output<typeof retentionRow>;
export type Endpoint = z.output<typeof endpoint>;
export type LokiSchemaPeriod = z.output<typeof lokiSchema>;
