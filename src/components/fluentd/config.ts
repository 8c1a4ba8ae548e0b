import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import type { Owner } from '../kit/owner.ts';
import type { Sink } from '../kit/sink.ts';
import { type BufferSettings, errorLabel } from './buffer.ts';
import { DATA_DIR, METRICS_PORT, MONITOR_PORT, MULTILINE_FLUSH_SECONDS } from './defaults.ts';
import { elasticsearchIds, outputFor } from './outputs.ts';
import { labelled, shaped, timestamped } from './records.ts';
import { excludedFiles, includedFiles, labelFilters } from './selection.ts';
import { section, type Section } from './syntax.ts';

/** What the configuration of a collector depends on. */
export interface CollectorConfig {
  owner: Owner;
  podLogs: FluentdSpec['podLogs'];
  sink: Sink;
  buffer: BufferSettings;
  /** Whether the image has the Prometheus plugin. */
  metrics: boolean;
}

/** Own log lines go to standard output in any case; sent on, they would come back. */
const ownLogs = (): Section => section('label @FLUENT_LOG', {}, [section('match **', { '@type': 'null' })]);

/** What every Fluentd has: where it keeps its state, how it is asked whether it lives, and where refused records go. */
export const common = (metrics: boolean): Section[] => [
  section('system', { log_level: 'info', root_dir: `${DATA_DIR}/root` }),
  section('source', { '@type': 'monitor_agent', '@id': 'monitor', bind: '0.0.0.0', port: MONITOR_PORT.port }),
  ...(metrics
    ? [
        section('source', { '@type': 'prometheus', '@id': 'metrics', bind: '0.0.0.0', port: METRICS_PORT.port }),
        section('source', { '@type': 'prometheus_output_monitor', '@id': 'metrics_outputs' }),
      ]
    : []),
  ownLogs(),
  errorLabel(),
];

/**
 * Symbolic links by which the kubelet names the logs of containers. Followed by inode, or a rotated file could be read twice; and looked
 * for every few seconds, or short-lived pods would be gone before.
 */
const tail = ({ podLogs, owner }: CollectorConfig): Section =>
  section(
    'source',
    {
      '@type': 'tail',
      '@id': 'pods',
      '@label': '@LINES',
      tag: 'kubernetes.*',
      path: includedFiles(podLogs).join(','),
      exclude_path: JSON.stringify(excludedFiles(podLogs, owner)),
      pos_file: `${DATA_DIR}/positions/pods.pos`,
      pos_file_compaction_interval: '24h',
      read_from_head: true,
      follow_inodes: true,
      refresh_interval: '5s',
      rotate_wait: '30s',
    },
    [section('parse', { '@type': 'cri', time_format: '%Y-%m-%dT%H:%M:%S.%N%:z', keep_time_key: false })],
  );

const to = (label: string): Section => section('match **', { '@type': 'relabel', '@label': label });

/** Bytes of an event made of partial lines, after which a new one begins. Loki refuses lines above 256 KiB. */
const LONGEST_EVENT = 250_000;

/**
 * The runtime cuts long lines into parts (`P`) up to the last one (`F`). Joined by `partial_key`, since the way that is made for CRI knows
 * no limit, and a container that never ends its line would take all memory. What waits too long goes on as it is, and not to @ERROR.
 */
const partialLines = (): Section =>
  section('filter **', {
    '@type': 'concat',
    key: 'message',
    separator: '',
    partial_key: 'logtag',
    partial_value: 'P',
    stream_identity_key: 'stream',
    use_first_timestamp: true,
    buffer_limit_size: LONGEST_EVENT,
    buffer_overflow_method: 'new',
    flush_interval: MULTILINE_FLUSH_SECONDS,
    timeout_label: '@EVENTS',
  });

const multiline = (firstLine: string): Section =>
  section('filter **', {
    '@type': 'concat',
    key: 'message',
    multiline_start_regexp: `/${firstLine}/`,
    stream_identity_key: 'stream',
    use_first_timestamp: true,
    flush_interval: MULTILINE_FLUSH_SECONDS,
    timeout_label: '@WHOLE',
  });

/** The node's own pods are watched (K8S_NODE_NAME); namespaces are not, as every node would watch all of them. */
const metadata = (): Section =>
  section('filter **', {
    '@type': 'kubernetes_metadata',
    '@id': 'metadata',
    watch: true,
    skip_namespace_metadata: true,
    skip_container_metadata: true,
    skip_master_url: true,
    allow_orphans: false,
    stats_interval: 0,
  });

/** One tag for all: outputs cut their chunks by tag, and each file has its own. */
const oneTag = (): Section =>
  section('match **', { '@type': 'rewrite_tag_filter' }, [section('rule', { key: 'stream', pattern: '/./', tag: 'pods', label: '@OUT' })]);

const forSink: Readonly<Record<Sink['type'], () => Section[]>> = {
  elasticsearch: () => [elasticsearchIds()],
  logstash: () => [timestamped()],
  loki: () => [labelled()],
  kafka: () => [],
  forward: () => [],
};

/** Files → whole lines → whole events → metadata, selection, fields → output. The output has a label of its own: what it tries again starts there. */
export function collectorConfig(config: CollectorConfig): Section[] {
  const firstLine = config.podLogs?.multiline?.firstLine;
  return [
    ...common(config.metrics),
    tail(config),
    section('label @LINES', {}, [partialLines(), to('@EVENTS')]),
    section('label @EVENTS', {}, [...(firstLine === undefined ? [] : [multiline(firstLine)]), to('@WHOLE')]),
    section('label @WHOLE', {}, [metadata(), ...labelFilters(config.podLogs), shaped(), ...forSink[config.sink.type](), oneTag()]),
    section('label @OUT', {}, [outputFor(config.sink, config.buffer)]),
  ];
}
