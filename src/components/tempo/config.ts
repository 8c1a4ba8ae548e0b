import { durationMs, formatGoDuration } from '../../api/duration.ts';
import { deepMerge, isTree, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { COMPACTION, DATA_DIR, DEFAULT_RETENTION, OVERRIDES_FILE } from './defaults.ts';
import { TEMPO_PORTS } from './endpoints.ts';
import { storageOf, type TempoInput } from './input.ts';
import { receiversConfig, receiversOf } from './receivers.ts';
import { storageAccess } from './storage.ts';

const COMPACTION_PATHS = ['backend_worker.compaction', 'backend_scheduler.provider.compaction.compaction'];

/** Paths of Tempo's configuration that typed fields own, and which. */
export const TEMPO_OWNED: OwnedPaths = {
  target: 'the operator',
  multitenancy_enabled: 'spec.tenancy.enabled',
  auth_enabled: 'spec.tenancy.enabled',
  stream_over_http_enabled: 'the operator',
  http_api_prefix: 'the operator',
  'server.http_listen_port': 'the operator',
  'server.grpc_listen_port': 'the operator',
  'server.grpc_listen_address': 'the operator',
  'distributor.receivers': 'spec.receivers',
  'metrics_generator.storage.path': 'spec.metricsGenerator',
  'metrics_generator.storage.remote_write': 'spec.metricsGenerator.remoteWrite',
  'overrides.per_tenant_override_config': 'the operator',
  'overrides.per_tenant_override_period': 'the operator',
  'overrides.defaults.ingestion.rate_limit_bytes': 'spec.limits.ingestionRate',
  'overrides.defaults.ingestion.burst_size_bytes': 'spec.limits.ingestionBurst',
  'overrides.defaults.ingestion.max_traces_per_user': 'spec.limits.maxLiveTraces',
  'overrides.defaults.ingestion.max_attribute_bytes': 'spec.limits.maxAttributeBytes',
  'overrides.defaults.global.max_bytes_per_trace': 'spec.limits.maxBytesPerTrace',
  'overrides.defaults.compaction.block_retention': 'spec.retention',
  'overrides.defaults.metrics_generator.processors': 'spec.metricsGenerator.processors',
  'overrides.defaults.metrics_generator.trace_id_label_name': 'spec.metricsGenerator.traceIdLabel',
  'overrides.defaults.metrics_generator.max_active_series': 'spec.metricsGenerator.maxActiveSeries',
  'storage.trace.backend': 'spec.storage',
  'storage.trace.local': 'spec.storage',
  'storage.trace.wal.path': 'spec.tempo.storage',
  ...Object.fromEntries(
    ['bucket', 'prefix', 'endpoint', 'region', 'insecure', 'forcepathstyle', 'access_key', 'secret_key', 'session_token'].map((key) => [`storage.trace.s3.${key}`, 'spec.storage.s3']),
  ),
  'storage.trace.gcs.bucket_name': 'spec.storage.gcs.bucket',
  'storage.trace.gcs.prefix': 'spec.storage.prefix',
  ...Object.fromEntries(
    ['storage_account_name', 'storage_account_key', 'container_name', 'prefix', 'endpoint_suffix', 'use_federated_token', 'use_managed_identity'].map((key) => [`storage.trace.azure.${key}`, 'spec.storage.azure']),
  ),
  ...Object.fromEntries(
    COMPACTION_PATHS.flatMap((path) => ['block_retention', 'compacted_block_retention', 'compaction_window'].map((key) => [`${path}.${key}`, 'spec.retention'])),
  ),
  'backend_scheduler.provider.retention.interval': 'spec.retention',
  'backend_scheduler.local_work_path': 'spec.tempo.storage',
  'live_store.max_block_duration': 'spec.retention',
  'live_store.wal.path': 'spec.tempo.storage',
  'live_store.shutdown_marker_dir': 'spec.tempo.storage',
};

/** The worker deletes by its own settings, the scheduler picks blocks by its own: both get the same. Go's durations know no days. */
function retention({ spec }: TempoInput): Tree {
  const compaction = {
    block_retention: formatGoDuration(durationMs(spec.retention ?? DEFAULT_RETENTION)),
    compacted_block_retention: formatGoDuration(COMPACTION.compactedRetention),
    compaction_window: formatGoDuration(COMPACTION.window),
  };
  return {
    backend_worker: { compaction, backend_scheduler_addr: `127.0.0.1:${TEMPO_PORTS.grpc}` },
    backend_scheduler: {
      local_work_path: `${DATA_DIR}/scheduler`,
      provider: { retention: { interval: formatGoDuration(COMPACTION.interval) }, compaction: { compaction } },
    },
  };
}

/**
 * The metrics generator. Where Tempo has tenants it writes as each of them, which the store keeps apart by the header, or, where
 * it knows no tenants, by a label. Where only the store has tenants, all is written as the one that it names.
 */
function generator({ stage, spec, remoteWrite }: TempoInput): Tree {
  if (!remoteWrite) return {};
  const tenants = spec.tenancy?.enabled ?? false;
  const headers = !tenants && remoteWrite.tenant !== undefined ? { headers: { 'X-Scope-OrgID': remoteWrite.tenant } } : {};
  return {
    metrics_generator: {
      registry: {
        // Two Tempos may write into one store.
        external_labels: { source: 'tempo', tracing_stack: `${stage.owner.namespace}/${stage.owner.name}` },
        ...(tenants && !remoteWrite.tenancy ? { inject_tenant_id_as: 'tenant' } : {}),
      },
      storage: { path: `${DATA_DIR}/generator/wal`, remote_write: [{ url: remoteWrite.url, send_exemplars: true, ...headers }] },
    },
  };
}

/** What the user's raw configuration says of defaults is in the overrides file, which restarts nothing. */
function withoutDefaults(config: Tree): Tree {
  if (!isTree(config.overrides)) return config;
  const { defaults: _defaults, ...overrides } = config.overrides;
  return { ...config, overrides };
}

/** Tempo's configuration as an object: what Tempo 3.0 and, as far as it is known, 3.1 both accept. */
export function tempoConfig(input: TempoInput): Tree {
  const { spec } = input;
  const ours: Tree = {
    target: 'all',
    multitenancy_enabled: spec.tenancy?.enabled ?? false,
    // Grafana streams results over the HTTP port.
    stream_over_http_enabled: true,
    server: {
      http_listen_port: TEMPO_PORTS.http,
      // Everything that speaks gRPC is in this process; some of it deletes data and asks nobody who they are.
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: TEMPO_PORTS.grpc,
    },
    distributor: { receivers: receiversConfig(receiversOf(spec)) },
    querier: { frontend_worker: { frontend_address: `127.0.0.1:${TEMPO_PORTS.grpc}` } },
    live_store: {
      wal: { path: `${DATA_DIR}/live-store/traces` },
      shutdown_marker_dir: `${DATA_DIR}/live-store/shutdown-marker`,
      max_block_duration: formatGoDuration(COMPACTION.maxBlockDuration),
    },
    storage: { trace: { ...storageAccess(storageOf(spec), spec.tempo?.serviceAccountAnnotations).config, wal: { path: `${DATA_DIR}/wal` } } },
    ...retention(input),
    ...generator(input),
    overrides: { per_tenant_override_config: OVERRIDES_FILE, per_tenant_override_period: '10s' },
    usage_report: { reporting_enabled: false },
  };
  return deepMerge(ours, withoutDefaults(spec.tempo?.config ?? {}));
}
