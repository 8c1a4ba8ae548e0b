import { deepMerge, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { type Beat, DATA_DIR, STATS_PORTS } from './defaults.ts';
import type { Output, Stream } from './output.ts';

/** Paths that typed fields own, and which. */
export const BEATS_OWNED: OwnedPaths = {
  output: 'the operator',
  path: 'the operator',
  http: 'the operator',
  setup: 'the operator',
  'filebeat.inputs': 'spec.collection.filebeat.podLogs',
  'metricbeat.modules': 'the operator',
  'packetbeat.interfaces': 'the operator',
  'packetbeat.protocols': 'spec.collection.packetbeat.protocols',
  'heartbeat.monitors': 'spec.collection.heartbeat.monitors',
  'auditbeat.modules': 'spec.collection.auditbeat.paths',
};

/** What all Beats have in common. `own`: the inputs, modules or monitors of one. */
export function beatConfig(beat: Beat, own: Tree & { config?: Tree }, output: Output, stream: Stream): Tree {
  const { config = {}, ...rest } = own;
  const name = `${stream.type}-${stream.dataset}-${stream.namespace}`;
  const ours: Tree = {
    ...rest,
    // Logstash routes by these; Elasticsearch finds the stream by them.
    processors: [
      { add_fields: { target: 'data_stream', fields: { type: stream.type, dataset: stream.dataset, namespace: stream.namespace } } },
    ],
    ...output.config,
    // Behind Kafka and Logstash setup never runs; the operator does it for all alike.
    'setup.template': { enabled: false, name, pattern: `${name}*` },
    'setup.ilm.enabled': false,
    'setup.dashboards.enabled': false,
    'path.data': DATA_DIR,
    'http.enabled': true,
    'http.host': '0.0.0.0',
    'http.port': STATS_PORTS[beat],
    'logging.to_stderr': true,
    'logging.level': 'info',
  };
  return deepMerge(ours, config);
}
