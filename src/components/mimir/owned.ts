import type { OwnedPaths } from '../kit/merge.ts';

const below = (path: string, keys: readonly string[], field: string): [string, string][] => keys.map((key) => [`${path}.${key}`, field]);

const S3_KEYS = [
  'bucket_name', 'endpoint', 'region', 'insecure', 'bucket_lookup_type', 'access_key_id', 'secret_access_key', 'session_token', 'native_aws_auth_enabled',
];
const AZURE_KEYS = ['account_name', 'account_key', 'container_name', 'endpoint_suffix', 'connection_string'];

/** What is not owned here (encryption on the server's side, tuning of the HTTP client) may be set. */
const STORAGE = ['common.storage', 'blocks_storage', 'ruler_storage', 'alertmanager_storage'].flatMap((section) => [
  ...below(section, ['backend', 'swift', 'filesystem'], 'spec.storage'),
  ...below(section, ['storage_prefix'], 'spec.storage.prefix'),
  ...below(`${section}.s3`, S3_KEYS, 'spec.storage.s3'),
  ...below(`${section}.gcs`, ['bucket_name', 'service_account'], 'spec.storage.gcs'),
  ...below(`${section}.azure`, AZURE_KEYS, 'spec.storage.azure'),
]);

const RINGS = [
  'distributor.ring', 'distributor.ha_tracker', 'ingester.ring', 'store_gateway.sharding_ring', 'compactor.sharding_ring', 'ruler.ring',
  'alertmanager.sharding_ring', 'query_scheduler.ring', 'querier.ring',
];

/** Paths of Mimir's configuration that typed fields own, and which. */
export const MIMIR_OWNED: OwnedPaths = {
  target: 'spec.alertmanager.enabled',
  multitenancy_enabled: 'spec.tenancy.enabled',
  no_auth_tenant: 'the operator',
  'server.http_listen_port': 'the operator',
  'server.grpc_listen_port': 'the operator',
  'api.prometheus_http_prefix': 'the operator',
  'api.alertmanager_http_prefix': 'the operator',
  'memberlist.cluster_label': 'the operator',
  'memberlist.join_members': 'spec.mimir.replicas',
  'memberlist.bind_port': 'the operator',
  ...Object.fromEntries(RINGS.map((ring) => [`${ring}.kvstore`, 'the operator'])),
  'ingester.ring.replication_factor': 'spec.mimir.replicas',
  'ingester.ring.tokens_file_path': 'spec.mimir.storage',
  'store_gateway.sharding_ring.replication_factor': 'spec.mimir.replicas',
  'store_gateway.sharding_ring.tokens_file_path': 'spec.mimir.storage',
  'alertmanager.sharding_ring.replication_factor': 'spec.mimir.replicas',
  'alertmanager.data_dir': 'spec.mimir.storage',
  'alertmanager.external_url': 'the operator',
  'alertmanager.fallback_config_file': 'spec.alertmanager.configSecretName',
  'distributor.ha_tracker.enable_ha_tracker': 'the operator',
  'ingest_storage.enabled': 'the operator',
  'ingester.push_grpc_method_enabled': 'the operator',
  ...Object.fromEntries(STORAGE),
  'blocks_storage.tsdb.dir': 'spec.mimir.storage',
  'blocks_storage.tsdb.retention_period': 'the operator',
  'blocks_storage.bucket_store.sync_dir': 'spec.mimir.storage',
  'querier.query_store_after': 'the operator',
  'compactor.data_dir': 'spec.mimir.storage',
  'compactor.block_ranges': 'spec.retention',
  'compactor.cleanup_interval': 'spec.retention',
  'compactor.deletion_delay': 'spec.retention',
  'ruler.rule_path': 'spec.mimir.storage',
  'limits.compactor_blocks_retention_period': 'spec.retention',
  'limits.accept_ha_samples': 'the operator',
  'limits.ha_cluster_label': 'the operator',
  'limits.ha_replica_label': 'the operator',
  'limits.max_global_series_per_user': 'spec.limits.maxSeries',
  'limits.ingestion_rate': 'spec.limits.ingestionRate',
  'limits.ingestion_burst_size': 'spec.limits.ingestionBurst',
  'limits.max_global_exemplars_per_user': 'spec.limits.maxExemplars',
  'limits.out_of_order_time_window': 'spec.limits.outOfOrderWindow',
  'limits.max_label_names_per_series': 'spec.limits.maxLabelsPerSeries',
  'limits.ruler_max_rule_groups_per_tenant': 'spec.limits.maxRuleGroups',
  'limits.ruler_max_rules_per_rule_group': 'spec.limits.maxRulesPerGroup',
  'limits.ruler_alertmanager_client_config.alertmanager_url': 'spec.alertmanager.enabled',
  'ruler.alertmanager_url': 'spec.alertmanager.enabled',
  'runtime_config.file': 'the operator',
  'activity_tracker.filepath': 'spec.mimir.storage',
};
