import { durationMs, formatDuration } from '../../api/duration.ts';
import type { LogStackSpec } from '../../api/logstack.ts';
import { quantityValue } from '../../api/quantity.ts';
import { deepMerge, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { serviceHost } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { COMPACTION, DATA_DIR, LOKI_PORTS, SCHEMA_FROM } from './defaults.ts';
import { lokiComponent, type LokiInput, lokiReplicas, lokiResources, storageOf } from './input.ts';
import { needsExpansion, storageAccess } from './storage.ts';

/** Paths of Loki's configuration that typed fields own, and which. */
export const LOKI_OWNED: OwnedPaths = {
  auth_enabled: 'spec.tenancy.enabled',
  'common.path_prefix': 'spec.loki.storage',
  'common.replication_factor': 'spec.loki.replicas',
  'common.ring.kvstore': 'spec.loki.replicas',
  'common.storage': 'spec.storage',
  'server.http_listen_port': 'the operator',
  'server.grpc_listen_port': 'the operator',
  'memberlist.join_members': 'spec.loki.replicas',
  'memberlist.cluster_label': 'the operator',
  schema_config: 'spec.storage',
  'storage_config.use_thanos_objstore': 'spec.storage',
  'storage_config.object_store': 'spec.storage',
  ruler_storage: 'spec.storage',
  'limits_config.retention_period': 'spec.retention',
  'limits_config.retention_stream': 'spec.retention',
  'ruler.enable_sharding': 'spec.loki.replicas',
  'compactor.retention_enabled': 'spec.retention',
  'compactor.delete_request_store': 'spec.retention',
  'compactor.compaction_interval': 'spec.retention',
  'compactor.retention_delete_delay': 'spec.retention',
  'ingester.max_chunk_age': 'spec.retention',
  'runtime_config.file': 'the operator',
};

const QUERY_TIMEOUT_S = 300;

const server = (): Tree => ({
  http_listen_port: LOKI_PORTS.http,
  grpc_listen_port: LOKI_PORTS.grpc,
  grpc_server_max_recv_msg_size: 104_857_600,
  grpc_server_max_send_msg_size: 104_857_600,
  // Both must outlast the longest query.
  http_server_read_timeout: `${QUERY_TIMEOUT_S + 10}s`,
  http_server_write_timeout: `${QUERY_TIMEOUT_S + 10}s`,
});

/** One replica keeps its ring in memory; several find each other by gossip through the headless Service. */
function ring(input: LokiInput): Tree {
  const replicas = lokiReplicas(input.spec);
  const common = {
    path_prefix: DATA_DIR,
    replication_factor: replicas,
    ring: { kvstore: { store: replicas > 1 ? 'memberlist' : 'inmemory' } },
  };
  if (replicas === 1) return { common };
  const headless = `${componentName(lokiComponent(input))}-headless`;
  return {
    common,
    memberlist: {
      cluster_label: `${input.owner.namespace}.${input.owner.name}`,
      join_members: [serviceHost(input.owner.namespace, headless, LOKI_PORTS.gossip)],
    },
  };
}

function storage(input: LokiInput): Tree {
  const wanted = storageOf(input.spec);
  const { config } = storageAccess(wanted);
  const store = { ...config, ...(wanted.prefix === undefined ? {} : { storage_prefix: wanted.prefix }) };
  return {
    schema_config: {
      configs: [{ from: SCHEMA_FROM, store: 'tsdb', object_store: wanted.type, schema: 'v13', index: { prefix: 'index_', period: '24h' } }],
    },
    storage_config: { use_thanos_objstore: true, object_store: store },
    ruler_storage:
      wanted.type === 'filesystem' ? { backend: 'local', local: { directory: `${DATA_DIR}/rules` } } : { backend: wanted.type, ...store },
  };
}

/** All four settings that make deletion work. Without a retention nothing is ever deleted. */
function retention(input: LokiInput): { compactor: Tree; limits: Tree } {
  const period = input.spec.retention;
  const shared = lokiReplicas(input.spec) > 1;
  return {
    compactor: {
      compaction_interval: formatDuration(COMPACTION.interval),
      retention_delete_delay: formatDuration(COMPACTION.deleteDelay),
      retention_enabled: period !== undefined,
      delete_request_store: storageOf(input.spec).type,
      // The compactor moves between replicas: its marks must not lie on the disk of one.
      ...(shared ? { deletion_marker_object_store_prefix: 'deletion-markers/' } : {}),
    },
    limits: period === undefined ? {} : { retention_period: formatDuration(durationMs(period)) },
  };
}

function ingester(input: LokiInput): Tree {
  const memory = quantityValue(lokiResources(input.spec).limits.memory ?? '1Gi');
  return {
    max_chunk_age: formatDuration(COMPACTION.maxChunkAge),
    wal: {
      enabled: true,
      flush_on_shutdown: true,
      // Three quarters of the memory, as Loki advises; beyond that replay flushes. Its MB are mebibytes, and it knows no MiB.
      replay_memory_ceiling: `${Math.floor((memory * 3) / 4 / 2 ** 20)}MB`,
    },
  };
}

/** Loki's configuration as an object: what Loki 3.7 and, as far as it is known, 4.0 both accept. */
export function lokiConfig(input: LokiInput): Tree {
  const { compactor, limits } = retention(input);
  const ours: Tree = {
    auth_enabled: input.spec.tenancy?.enabled ?? false,
    server: server(),
    ...ring(input),
    ...storage(input),
    ingester: ingester(input),
    compactor,
    limits_config: {
      query_timeout: `${QUERY_TIMEOUT_S}s`,
      allow_structured_metadata: true,
      volume_enabled: true,
      ...limits,
    },
    pattern_ingester: { enabled: true },
    // path_prefix does not cover this one in 3.7, and the root filesystem is read-only.
    ruler: {
      // Several would each evaluate every rule.
      ...(lokiReplicas(input.spec) > 1 ? { enable_sharding: true } : {}),
      rule_path: `${DATA_DIR}/rules-temp`, wal: { dir: `${DATA_DIR}/ruler-wal` },
    },
    runtime_config: { file: '/etc/loki/runtime/overrides.yaml' },
    analytics: { reporting_enabled: false },
  };
  const merged = deepMerge(ours, (input.spec.loki?.config) ?? {});
  return needsExpansion(storageOf(input.spec)) ? (escapeExpansion(merged, storageAccess(storageOf(input.spec)).config) as Tree) : merged;
}

/** Where Loki expands variables, every `${` that is not the one it is meant to expand must be doubled. */
function escapeExpansion(value: unknown, secrets: Record<string, unknown>): unknown {
  const azure = (secrets.azure as { account_key?: string } | undefined)?.account_key;
  if (typeof value === 'string') return value === azure ? value : value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map((item) => escapeExpansion(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeExpansion(item, secrets)]));
}

/** The one tenant of a Loki without tenancy. */
const ONLY_TENANT = 'fake';

/** Limits that Loki reads again every ten seconds: a change of them restarts nothing. */
export function lokiRuntime(spec: LogStackSpec): Tree {
  const { ingestionRateMB, ingestionBurstMB, maxStreams, perStreamRateMB, maxEntriesPerQuery, maxQuerySeries } = spec.loki?.limits ?? {};
  const limits: Tree = {
    ingestion_rate_mb: ingestionRateMB,
    ingestion_burst_size_mb: ingestionBurstMB,
    max_global_streams_per_user: maxStreams,
    per_stream_rate_limit: perStreamRateMB === undefined ? undefined : `${perStreamRateMB}MB`,
    max_entries_limit_per_query: maxEntriesPerQuery,
    max_query_series: maxQuerySeries,
  };
  const set = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  const tenant = (spec.tenancy?.enabled ? spec.tenancy.tenant : undefined) ?? ONLY_TENANT;
  return { overrides: Object.keys(set).length === 0 ? {} : { [tenant]: set } };
}
