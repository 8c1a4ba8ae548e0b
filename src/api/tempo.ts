import { z } from 'zod';
import { componentOverrides, dnsLabel, flag, peers, rawObject, volume } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { patterned } from './pattern.ts';
import { quantity } from './quantity.ts';
import { ruled } from './rule.ts';

export const tempo = z
  .strictObject({
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into Tempo's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Tempo, monolithic: always one pod, for its scheduler must be alone.' });

/** In CEL: a flag that is on unless it is turned off, and one that is off unless it is turned on. */
const on = (field: string): string => `(!has(${field}) || ${field})`;
const asked = (field: string): string => `(has(${field}) && ${field})`;

const otlp = z
  .strictObject({
    grpc: flag('Port 4317. Default: true.').optional(),
    http: flag('Port 4318. Default: true.').optional(),
  })
  .meta({ description: 'OpenTelemetry. On by default.' });

const jaeger = ruled(
  z
    .strictObject({
      grpc: flag('Port 14250. Default: true.').optional(),
      thriftHttp: flag('Port 14268. Default: true.').optional(),
      thriftCompact: flag('Port 6831, UDP: for clients that spoke to a Jaeger agent. Default: false.').optional(),
      thriftBinary: flag('Port 6832, UDP, likewise. Default: false.').optional(),
    })
    .meta({ description: "Jaeger's own protocols. Off by default." }),
  {
    cel: `${on('self.grpc')} || ${on('self.thriftHttp')} || ${asked('self.thriftCompact')} || ${asked('self.thriftBinary')}`,
    code: 'InvalidValue',
    message: 'every protocol is turned off: turn one on, or leave jaeger out',
    holds: (j) => j.grpc !== false || j.thriftHttp !== false || j.thriftCompact === true || j.thriftBinary === true,
  },
);

/** Tempo given no receiver falls back to receivers of its own, which nobody asked for. */
export const receivers = ruled(
  z
    .strictObject({
      otlp: otlp.optional(),
      jaeger: jaeger.optional(),
      zipkin: z.strictObject({}).optional().meta({ description: 'Zipkin, port 9411. Off by default.' }),
      from: peers('Who may send traces, as in a NetworkPolicy. Default: pods of every namespace.').optional(),
    })
    .meta({ description: 'What Tempo takes traces by. A port that is not asked for stays closed. Default: OTLP.' }),
  {
    cel: `!has(self.otlp) || ${on('self.otlp.grpc')} || ${on('self.otlp.http')} || has(self.jaeger) || has(self.zipkin)`,
    code: 'InvalidValue',
    message: 'every receiver is turned off, so that no trace could come in: turn one on',
    path: ['otlp'],
    holds: ({ otlp: o, jaeger: j, zipkin }) => o?.grpc !== false || o.http !== false || j !== undefined || zipkin !== undefined,
  },
);

const PROCESSORS = ['service-graphs', 'span-metrics', 'host-info'] as const;

/** What a generator does of which nothing more is said. */
export const DEFAULT_PROCESSORS: readonly (typeof PROCESSORS)[number][] = ['service-graphs', 'span-metrics'];

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const metricsStackRef = z
  .strictObject({
    name: dnsLabel('Name of the MetricsStack.'),
    namespace: dnsLabel('Namespace of the MetricsStack, which must allow this one. Default: the own namespace.').optional(),
  })
  .meta({ description: 'A MetricsStack. Ready waits for it.' });

export const metricsGenerator = z
  .strictObject({
    processors: z.array(z.enum(PROCESSORS)).min(1).max(PROCESSORS.length).optional()
      .meta({ description: 'What is made of the traces. Default: service-graphs and span-metrics.' }),
    remoteWrite: z.strictObject({ metricsStackRef }).meta({ description: 'Where the metrics go.' }),
    traceIdLabel: patterned(z.string().min(1).max(63), LABEL_NAME, 'expected a Prometheus label name').optional()
      .meta({ description: 'Label of exemplars that holds the id of the trace; the dashboards follow it. Default: traceID.' }),
    maxActiveSeries: z.int().min(1).max(2 ** 31 - 1).optional()
      .meta({ description: 'Most series at a time, per tenant. Default: without a limit.' }),
  })
  .meta({ description: 'Makes metrics of the traces, with exemplars that lead back to them. Absent: none.' });

export const limits = z
  .strictObject({
    maxBytesPerTrace: quantity('Largest trace: `5Mi`. 0 turns the limit off. Default: 5M.').optional(),
    ingestionRate: quantity('Bytes a second that a tenant may send: `30M`. Default: 30M.').optional(),
    ingestionBurst: quantity('Bytes at once above that; at least the largest request. Default: 30M.').optional(),
    maxLiveTraces: z.int().min(0).max(2 ** 31 - 1).optional()
      .meta({ description: 'Most traces that are being written at a time. 0 turns the limit off. Default: 10000.' }),
    maxAttributeBytes: z.int().min(0).max(2 ** 31 - 1).optional()
      .meta({ description: 'Longer attribute values are cut. 0: the 2048 of the distributor. Default: 0.' }),
  })
  .meta({ description: 'Limits of a tenant. Tempo reads them again every ten seconds: a change restarts nothing.' });

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** What one tenant has that the others have not. */
export const tenantOverrides = z
  .strictObject({
    name: patterned(z.string().min(1).max(150), TENANT_ID, 'expected letters, digits, _ or -').meta({ description: 'Tenant, as in X-Scope-OrgID.' }),
    retention: retentionPeriod('How long its traces are kept, at least. Default: spec.retention.').optional(),
    limits: limits.optional(),
  })
  .meta({ description: "A tenant's own settings; what it leaves out is as for all." });
