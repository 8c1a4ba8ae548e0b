import { durationMs, formatDuration, formatGoDuration } from '../../api/duration.ts';
import { deepMerge, type Tree } from '../kit/merge.ts';
import { serviceHost } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { ALERTMANAGER_DIR, ALERTMANAGER_FILE, COMPACTION, DATA_DIR, LOOKBACK, NO_AUTH_TENANT, RUNTIME_FILE, SIZE_LIMITS } from './defaults.ts';
import { mimirAlertmanagerUrl, mimirComponent, MIMIR_PORTS } from './endpoints.ts';
import { hasAlertmanager, type MimirInput, mimirReplicas, replicationFactor, storageOf } from './input.ts';
import { EXPANDED_AZURE_KEY, needsExpansion, storageAccess, storeConfig, unexpanded } from './storage.ts';

/** Several pods find each other by gossip through the headless Service; one talks to nobody. */
function memberlist({ stage, version, spec }: MimirInput): Tree {
  // Rings of other products in the namespace must not flow into this one.
  const label = { cluster_label: `${stage.owner.namespace}.${stage.owner.name}.mimir` };
  if (mimirReplicas(spec) === 1) return label;
  const headless = `${componentName(mimirComponent({ owner: stage.owner, version }))}-headless`;
  // Pods that all start at once may find nobody: they look again.
  return { ...label, join_members: [`dns+${serviceHost(stage.owner.namespace, headless, MIMIR_PORTS.gossip)}`], rejoin_interval: '1m' };
}

const memory = { kvstore: { store: 'memberlist' } };

/** Rings. A pod that restarts keeps its share of the series, by its tokens on the volume: nothing is moved for the while. */
function rings({ spec }: MimirInput): Tree {
  const factor = replicationFactor(spec);
  const lasting = (name: string): Tree => ({ ...memory, replication_factor: factor, tokens_file_path: `${DATA_DIR}/${name}-tokens`, unregister_on_shutdown: false });
  return {
    distributor: {
      ring: memory,
      // Always on: it touches only samples with the labels of a pair, and turning it on later would restart the store.
      ha_tracker: { enable_ha_tracker: true, ...memory },
    },
    ingester: { ring: lasting('ingester'), push_grpc_method_enabled: true },
    store_gateway: { sharding_ring: lasting('store-gateway') },
    compactor: { sharding_ring: memory },
    ruler: { ring: memory },
    ...(hasAlertmanager(spec) ? { alertmanager: { sharding_ring: { ...memory, replication_factor: factor } } } : {}),
  };
}

/** Everything that Mimir writes lies on the volume, each part in a folder of its own: it refuses those that overlap. */
const folders = ({ spec }: MimirInput): Tree => ({
  blocks_storage: { tsdb: { dir: `${DATA_DIR}/tsdb` }, bucket_store: { sync_dir: `${DATA_DIR}/tsdb-sync` } },
  compactor: { data_dir: `${DATA_DIR}/compactor` },
  ruler: { rule_path: `${DATA_DIR}/ruler-local` },
  activity_tracker: { filepath: `${DATA_DIR}/activity.log` },
  ...(hasAlertmanager(spec) ? { alertmanager: { data_dir: `${DATA_DIR}/alertmanager-local` } } : {}),
});

function storage({ spec }: MimirInput): Tree {
  const wanted = storageOf(spec);
  const { alertmanager_storage: alerts, ...stores } = storeConfig(wanted);
  return { common: { storage: storageAccess(wanted).config }, ...stores, ...(hasAlertmanager(spec) ? { alertmanager_storage: alerts } : {}) };
}

/** Go's durations know no days, those of limits do. */
const retention = ({ spec }: MimirInput): Tree => ({
  compactor: {
    block_ranges: COMPACTION.ranges.map(formatGoDuration),
    cleanup_interval: formatGoDuration(COMPACTION.cleanup),
    deletion_delay: formatGoDuration(COMPACTION.deletionDelay),
  },
  blocks_storage: { tsdb: { retention_period: formatGoDuration(LOOKBACK.ingesterRetention) } },
  querier: { query_store_after: formatGoDuration(LOOKBACK.queryStoreAfter) },
  // 0: for ever.
  limits: { compactor_blocks_retention_period: spec.retention === undefined ? '0s' : formatDuration(durationMs(spec.retention)) },
});

/** The ruler sends to the Alertmanager of its own pod, which passes on what others hold. */
function alerting({ stage, spec }: MimirInput): Tree {
  if (!hasAlertmanager(spec)) return {};
  return {
    alertmanager: {
      external_url: mimirAlertmanagerUrl(stage.owner),
      // Mimir's own takes alerts and notifies nobody.
      ...(spec.alertmanager?.configSecretName === undefined ? {} : { fallback_config_file: `${ALERTMANAGER_DIR}/${ALERTMANAGER_FILE}` }),
    },
    limits: { ruler_alertmanager_client_config: { alertmanager_url: `http://127.0.0.1:${MIMIR_PORTS.http}/alertmanager` } },
  };
}

const general = ({ stage, spec }: MimirInput): Tree => ({
  target: hasAlertmanager(spec) ? 'all,alertmanager' : 'all',
  multitenancy_enabled: spec.tenancy?.enabled ?? false,
  no_auth_tenant: NO_AUTH_TENANT,
  server: { http_listen_port: MIMIR_PORTS.http, grpc_listen_port: MIMIR_PORTS.grpc },
  // The classic architecture: written out, for it is no longer the one that Mimir prefers.
  ingest_storage: { enabled: false },
  // A dashboard with many panels asks more than a hundred things at once.
  query_scheduler: { max_outstanding_requests_per_tenant: 800 },
  limits: { ...SIZE_LIMITS[stage.size], accept_ha_samples: true },
  runtime_config: { file: RUNTIME_FILE },
  usage_stats: { enabled: false },
});

/** Where Mimir expands variables, everything else of the configuration must stay as it is. */
function expandable(config: Tree): Tree {
  return deepMerge(unexpanded(config) as Tree, { common: { storage: { azure: { account_key: EXPANDED_AZURE_KEY } } } });
}

/** Mimir's configuration as an object: what Mimir 3.0, 3.1 and, as far as it is known, 3.2 accept. */
export function mimirConfig(input: MimirInput): Tree {
  const { spec } = input;
  const parts = [general(input), { memberlist: memberlist(input) }, storage(input), rings(input), folders(input), retention(input), alerting(input)];
  const merged = [...parts, spec.mimir?.config ?? {}].reduce(deepMerge, {});
  return needsExpansion(storageOf(spec)) ? expandable(merged) : merged;
}
