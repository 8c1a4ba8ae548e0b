import type { z } from 'zod';
import { API_VERSION } from '../base/names.ts';
import type { KubeObject, ResourceType } from '../base/object.ts';
import { type DashboardStackSpec, dashboardStackSpec } from './dashboardstack.ts';
import { type LogStackSpec, logStackSpec } from './logstack.ts';
import { type MetricsStackSpec, metricsStackSpec } from './metricsstack.ts';
import type { Status } from './status.ts';
import { type TracingStackSpec, tracingStackSpec } from './tracingstack.ts';

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  description: string;
  /** 1: only in `-o wide`. */
  priority?: number;
}

export interface KindDefinition {
  resource: ResourceType;
  singular: string;
  shortName: string;
  description: string;
  spec: z.ZodType;
  columns: readonly PrinterColumn[];
}

export interface Resource<S> extends KubeObject {
  spec: S;
  status?: Status;
}

export type LogStack = Resource<LogStackSpec>;
export type TracingStack = Resource<TracingStackSpec>;
export type MetricsStack = Resource<MetricsStackSpec>;
export type DashboardStack = Resource<DashboardStackSpec>;

/** A stack that holds data, and that others may refer to. */
export type StoreStack = LogStack | TracingStack | MetricsStack;

const COMMON_COLUMNS: readonly PrinterColumn[] = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', description: 'Whether it is ready.' },
  { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', description: 'Why, or why not.' },
  { name: 'Version', type: 'string', jsonPath: '.status.version', description: 'Version of the product.' },
];

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Since when it exists.' };

const RETENTION: PrinterColumn = { name: 'Retention', type: 'string', jsonPath: '.status.retention[0].inForce', description: 'Retention in force.' };

const message: PrinterColumn = {
  name: 'Message',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].message',
  description: 'What is so, and what to do about it.',
  priority: 1,
};

const column = (name: string, jsonPath: string, description: string): PrinterColumn => ({ name, type: 'string', jsonPath, description });

const kind = (name: string, plural: string, rest: Omit<KindDefinition, 'resource' | 'singular'>): KindDefinition => ({
  resource: { apiVersion: API_VERSION, kind: name, plural, namespaced: true },
  singular: name.toLowerCase(),
  ...rest,
});

/** Every kind of the group. One noun, one place: a new kind is a schema and an entry here. */
export const KINDS = {
  LogStack: kind('LogStack', 'logstacks', {
    shortName: 'lgs',
    description: 'Logs: a store (Loki or Elasticsearch) and what writes into it.',
    spec: logStackSpec,
    columns: [
      column('Backend', '.spec.backend', 'The store.'),
      ...COMMON_COLUMNS,
      RETENTION,
      message,
      AGE,
    ],
  }),
  TracingStack: kind('TracingStack', 'tracingstacks', {
    shortName: 'trs',
    description: 'Traces: Tempo, and the metrics that it makes of them.',
    spec: tracingStackSpec,
    columns: [...COMMON_COLUMNS, RETENTION, message, AGE],
  }),
  MetricsStack: kind('MetricsStack', 'metricsstacks', {
    shortName: 'mts',
    description: 'Metrics: Mimir, and what scrapes for it.',
    spec: metricsStackSpec,
    columns: [...COMMON_COLUMNS, RETENTION, message, AGE],
  }),
  DashboardStack: kind('DashboardStack', 'dashboardstacks', {
    shortName: 'dbs',
    description: 'Dashboards: Grafana, with a datasource for every stack that it may see.',
    spec: dashboardStackSpec,
    columns: [...COMMON_COLUMNS, column('URL', '.status.endpoints[?(@.name=="ui")].url', 'Where Grafana is reached.'), message, AGE],
  }),
} as const satisfies Record<string, KindDefinition>;

export type Kind = keyof typeof KINDS;

export const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name);

export const kindDefinition = (name: Kind): KindDefinition => KINDS[name];
