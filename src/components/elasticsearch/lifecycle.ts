import { durationMs } from '../../api/duration.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { MANAGER } from '../../base/names.ts';
import type { ProductObject, ProductWish } from '../../base/product.ts';
import type { Owner } from '../kit/owner.ts';
import { dataStream, datasetOf } from '../kit/sink.ts';
import { certificatesSecret, ELASTICSEARCH_USERS, elasticsearchSink, elasticsearchUrl, usersSecret } from './endpoints.ts';
import { nodesOf } from './input.ts';

/** What shall be in the running Elasticsearch. */

export type Signal = 'logs' | 'metrics';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Elasticsearch's own default: a rollover after a month at the latest. */
const LONGEST_ROLLOVER = 30 * DAY;
/** Above the built-in `logs-*-*` (100) and Elastic Agent's packages (200). Two templates of one priority may not overlap. */
const PRIORITY = 250;

const META = { managed_by: MANAGER };

/** How long Elasticsearch keeps what it could not index, where nothing else is said. */
export const FAILURES_DEFAULT = '30d';

/** Elasticsearch's own grammar: one number, one unit, nothing longer than days. Periods are whole hours. */
export const timeValue = (ms: number): string => (ms % DAY === 0 ? `${ms / DAY}d` : `${Math.floor(ms / HOUR)}h`);

/**
 * Deletion takes whole indices, and counts from their rollover: so a tenth of the period, in whole days or hours, makes records stay
 * a tenth longer at most, in a dozen indices whatever the period.
 */
export function rolloverAge(retention: string | undefined): number {
  if (retention === undefined) return LONGEST_ROLLOVER;
  const tenth = durationMs(retention) / 10;
  const unit = tenth >= DAY ? DAY : HOUR;
  return Math.min(LONGEST_ROLLOVER, Math.floor(tenth / unit) * unit);
}

/** Name of the policy and of the template of a signal. */
export const lifecycleName = (owner: Owner, signal: Signal): string => `${signal}-${datasetOf(owner)}`;

function policy(retention: string | undefined): object {
  const rollover = { max_primary_shard_size: '50gb', max_age: timeValue(rolloverAge(retention)) };
  const remove = retention === undefined ? {} : { delete: { min_age: timeValue(durationMs(retention)), actions: { delete: {} } } };
  return { _meta: META, phases: { hot: { min_age: '0ms', actions: { rollover } }, ...remove } };
}

function settings(owner: Owner, signal: Signal, replicas: number): object {
  return {
    index: {
      lifecycle: { name: lifecycleName(owner, signal) },
      number_of_replicas: replicas,
      codec: 'best_compression',
      mapping: {
        // A field that does not fit its mapping, and every field beyond the thousandth, is kept and shown, but cannot be searched.
        ignore_malformed: true,
        total_fields: { ignore_dynamic_beyond_limit: true },
      },
    },
  };
}

/** A map of labels: `app` and `app.kubernetes.io/name` cannot both be fields, since one is the parent of the other. */
const LABELS = { type: 'flattened' };

const KUBERNETES = { properties: { labels: LABELS, annotations: LABELS, namespace_labels: LABELS, namespace_annotations: LABELS } };

const STRINGS = { strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } };

/** The first value of a measure may happen to be whole: the next ones must not be cut. */
const NUMBERS = { numbers: { match_mapping_type: 'long', mapping: { type: 'double' } } };

function mappings(owner: Owner, signal: Signal): object {
  return {
    dynamic: true,
    date_detection: false,
    dynamic_templates: signal === 'logs' ? [STRINGS] : [NUMBERS, STRINGS],
    properties: {
      // The time of a record may not be ignored, and a data stream refuses a mapping that would.
      '@timestamp': { type: 'date', ignore_malformed: false },
      data_stream: {
        properties: {
          type: { type: 'constant_keyword', value: signal },
          dataset: { type: 'constant_keyword', value: datasetOf(owner) },
          namespace: { type: 'constant_keyword' },
        },
      },
      message: { type: 'match_only_text' },
      kubernetes: KUBERNETES,
    },
  };
}

/** Records that cannot be indexed are kept apart, as long as the others. */
const failureStore = (retention: string | undefined): object => ({
  enabled: true,
  ...(retention === undefined ? {} : { lifecycle: { enabled: true, data_retention: timeValue(durationMs(retention)) } }),
});

function template(owner: Owner, signal: Signal, spec: LogStackSpec): Record<string, unknown> {
  return {
    index_patterns: [`${lifecycleName(owner, signal)}-*`],
    priority: PRIORITY,
    data_stream: {},
    allow_auto_create: true,
    template: {
      settings: settings(owner, signal, nodesOf(spec) > 1 ? 1 : 0),
      mappings: mappings(owner, signal),
      data_stream_options: { failure_store: failureStore(spec.retention) },
    },
    _meta: META,
  };
}

/** Signals that something of the stack sends here. */
export function signalsOf({ collection = {} }: LogStackSpec): Signal[] {
  const metrics = collection.metricbeat !== undefined || collection.heartbeat !== undefined;
  return metrics ? ['logs', 'metrics'] : ['logs'];
}

/** Policy before template before stream: each names the one before. Policies and templates of both signals cost nothing unused. */
export function lifecycleObjects(owner: Owner, spec: LogStackSpec): ProductObject[] {
  const both: Signal[] = ['logs', 'metrics'];
  return [
    ...both.map((signal) => ({ kind: 'ilmPolicy', name: lifecycleName(owner, signal), body: { policy: policy(spec.retention) } })),
    ...both.map((signal) => ({ kind: 'indexTemplate', name: lifecycleName(owner, signal), body: template(owner, signal, spec) })),
    ...signalsOf(spec).map((signal) => ({ kind: 'dataStream', name: dataStream(signal, elasticsearchSink(owner)), body: {} })),
  ];
}

export const elasticsearchWish = (owner: Owner, spec: LogStackSpec): ProductWish => ({
  id: 'elasticsearch',
  driver: 'elasticsearch',
  namespace: owner.namespace,
  url: elasticsearchUrl(owner),
  ca: { secret: certificatesSecret(owner), key: 'ca.crt' },
  credentials: { user: ELASTICSEARCH_USERS.operator, password: { secret: usersSecret(owner), key: ELASTICSEARCH_USERS.operator } },
  objects: lifecycleObjects(owner, spec),
});
