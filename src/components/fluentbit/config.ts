import type { FluentBitSpec } from '../../api/collectors/fluentbit.ts';
import type { Owner } from '../kit/owner.ts';
import { oneOf, type Requirement, requirements } from '../kit/podselector.ts';
import type { Sink } from '../kit/sink.ts';
import { DATA_DIR, HTTP_PORT, MULTILINE_FLUSH_MS, REJECTED_LIMIT } from './defaults.ts';
import { outputFor } from './outputs.ts';
import { shapeScript } from './records.ts';
import type { FluentBitFile, MultilineParser, Plugin } from './syntax.ts';

export interface FluentBitConfig {
  owner: Owner;
  podLogs: FluentBitSpec['podLogs'];
  sink: Sink;
  /** Bytes of unsent chunks on the disk. */
  limit: number;
}

const LOGS = '/var/log/containers';
const TAG = 'kube.*';

/** Chunks lie on the disk; few of them are in memory at a time (2 MB each). */
const service: FluentBitFile['service'] = {
  flush: 1,
  grace: 30,
  daemon: false,
  log_level: 'info',
  http_server: true,
  http_listen: '0.0.0.0',
  http_port: HTTP_PORT.port,
  health_check: true,
  'storage.path': `${DATA_DIR}/storage`,
  'storage.sync': 'normal',
  'storage.metrics': true,
  'storage.max_chunks_up': 32,
  'storage.backlog.mem_limit': '32M',
  'storage.delete_irrecoverable_chunks': true,
  'storage.keep.rejected': true,
  'storage.rejected.limit': REJECTED_LIMIT,
  'scheduler.base': 2,
  'scheduler.cap': 30,
};

/** Files are named `<pod>_<namespace>_<container>-<id>.log`, and no part of that can hold a `_`. */
const ofNamespace = (name: string): string => `${LOGS}/*_${name}_*.log`;

const included = (podLogs: FluentBitSpec['podLogs']): string[] => {
  const include = podLogs?.namespaces?.include ?? [];
  return include.length === 0 ? [`${LOGS}/*.log`] : include.map(ofNamespace);
};

/** Its own lines would come back to it for ever. */
const excluded = (podLogs: FluentBitSpec['podLogs'], owner: Owner): string[] => [
  `${LOGS}/${owner.name}-fluentbit-*_${owner.namespace}_fluent-bit-*.log`,
  ...(podLogs?.namespaces?.exclude ?? []).map(ofNamespace),
];

const tail = ({ podLogs, owner }: FluentBitConfig): Plugin => ({
  name: 'tail',
  alias: 'pods',
  tag: TAG,
  path: included(podLogs).join(','),
  exclude_path: excluded(podLogs, owner).join(','),
  'multiline.parser': 'cri',
  read_from_head: true,
  refresh_interval: 5,
  rotate_wait: 30,
  buffer_max_size: '256k',
  db: `${DATA_DIR}/tail.db`,
  'db.locking': true,
  'storage.type': 'filesystem',
});

const FIRST_LINE = 'first-line';

/** What does not begin an event goes on with it. Continuations are tried first, so they must say no to a first line. */
const multilineParser = (firstLine: string): MultilineParser => ({
  name: FIRST_LINE,
  flush_timeout: MULTILINE_FLUSH_MS,
  rules: [
    { state: 'start_state', regex: `/${firstLine}/`, next_state: 'cont' },
    { state: 'cont', regex: `/^(?!.*(?:${firstLine}))/`, next_state: 'cont' },
  ],
});

/** First of all filters: what it has joined begins again at the first. */
const multiline: Plugin = {
  name: 'multiline',
  match: TAG,
  'multiline.key_content': 'log',
  'multiline.parser': FIRST_LINE,
  flush_ms: MULTILINE_FLUSH_MS,
  'emitter_storage.type': 'filesystem',
};

/** One request a pod, kept; nothing is parsed or left out because a pod's annotation says so. */
const metadata: Plugin = {
  name: 'kubernetes',
  match: TAG,
  kube_tag_prefix: 'kube.var.log.containers.',
  kube_url: 'https://kubernetes.default.svc:443',
  merge_log: false,
  labels: true,
  annotations: false,
  'k8s-logging.parser': false,
  'k8s-logging.exclude': false,
  buffer_size: '256k',
};

/** Keys are checked to be label keys (selectorFindings), so the quotes hold. A label with an empty value counts as absent. */
function labelFilter({ key, operator, values }: Requirement): Plugin {
  const pattern = operator === 'In' || operator === 'NotIn' ? oneOf(values) : '.';
  const condition = `$kubernetes['labels']['${key}'] ${pattern}`;
  return { name: 'grep', match: TAG, [operator === 'In' || operator === 'Exists' ? 'regex' : 'exclude']: condition };
}

/** Files → whole events → metadata, selection, fields → output. */
export function fluentBitConfig(config: FluentBitConfig): FluentBitFile {
  const firstLine = config.podLogs?.multiline?.firstLine;
  return {
    service,
    multilineParsers: firstLine === undefined ? [] : [multilineParser(firstLine)],
    inputs: [tail(config)],
    filters: [
      ...(firstLine === undefined ? [] : [multiline]),
      metadata,
      ...requirements(config.podLogs?.selector).map(labelFilter),
      { name: 'lua', match: TAG, call: 'shape', code: shapeScript(config.sink.type === 'loki') },
    ],
    outputs: [outputFor(config.sink, config.limit)],
  };
}
