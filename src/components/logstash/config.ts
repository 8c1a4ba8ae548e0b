import { deepMerge, isTree, type OwnedPaths, type Tree } from '../kit/merge.ts';
import { toYaml } from '../kit/yaml.ts';
import { LOGSTASH_DATA, LOGSTASH_PORTS, LOGSTASH_SETTINGS } from './defaults.ts';
import { deadLetterBytes, deadLettersWanted, type LogstashInput, pipelinesOf, queueBytes } from './input.ts';
import { pipelineSections } from './pipeline.ts';
import { toLogstash } from './syntax.ts';

/** Settings that typed fields own, and which. */
export const LOGSTASH_OWNED: OwnedPaths = {
  'api.enabled': 'the operator',
  'api.http': 'the operator',
  'api.auth': 'the operator',
  'api.ssl': 'the operator',
  'config.support_escapes': 'the operator',
  'config.reload.automatic': 'the operator',
  'config.string': 'spec.processing.logstash.pipelines',
  'path.config': 'spec.processing.logstash.pipelines',
  'path.data': 'the operator',
  'path.queue': 'the operator',
  'path.dead_letter_queue': 'the operator',
  'path.logs': 'the operator',
  'queue.type': 'the operator',
  'queue.max_bytes': 'spec.processing.logstash.queue.maxBytes',
  'dead_letter_queue.enable': 'spec.processing.logstash.deadLetters.enabled',
  'dead_letter_queue.max_bytes': 'spec.processing.logstash.deadLetters.maxBytes',
  'pipeline.ecs_compatibility': 'the operator',
};

/** Trees and dotted keys mean the same in logstash.yml. */
export const dotted = (config: Tree, prefix = ''): Tree =>
  Object.fromEntries(
    Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      return isTree(value) && Object.keys(value).length > 0 ? Object.entries(dotted(value, path)) : [[path, value]];
    }),
  );

/** From 9.5 on, certificates are read again when their files change; before, the setting is unknown and refused. */
const rereadsCertificates = (version: string): boolean => Number(version.split('.')[1]) >= 5;

/** logstash.yml. What a change of it needs is a restart. */
export function logstashYml(input: LogstashInput): Tree {
  const ours: Tree = {
    'node.name': '${POD_NAME}',
    'api.http.host': '0.0.0.0',
    'api.http.port': LOGSTASH_PORTS.api,
    'path.data': LOGSTASH_DATA,
    'path.logs': '/tmp/logs',
    'config.reload.automatic': true,
    'config.support_escapes': true,
    'pipeline.ecs_compatibility': 'v8',
    'queue.type': 'persisted',
    // A pod that ends takes in nothing more and stores what it can; what is left lies on its volume until it comes back.
    'queue.drain': true,
    'dead_letter_queue.enable': deadLettersWanted(input),
    'dead_letter_queue.storage_policy': 'drop_older',
    ...(rereadsCertificates(input.version) ? { 'ssl.reload.automatic': true } : {}),
  };
  return deepMerge(ours, dotted(input.spec.config ?? {}));
}

const fileOf = (name: string): string => `pipeline-${name}.conf`;

/** pipelines.yml: Logstash reads it again every few seconds, as it does the pipelines. */
const pipelinesYml = (input: LogstashInput): Tree[] =>
  pipelinesOf(input).map(({ name, workers, batchSize }) => ({
    'pipeline.id': name,
    'path.config': `${LOGSTASH_SETTINGS}/${fileOf(name)}`,
    ...(workers === undefined ? {} : { 'pipeline.workers': workers }),
    ...(batchSize === undefined ? {} : { 'pipeline.batch.size': batchSize }),
    'queue.max_bytes': queueBytes(input),
    ...(deadLettersWanted(input) ? { 'dead_letter_queue.max_bytes': deadLetterBytes(input) } : {}),
  }));

/** Files that Logstash follows without a restart. */
export const pipelineFiles = (input: LogstashInput): Record<string, string> => ({
  'pipelines.yml': toYaml(pipelinesYml(input)),
  ...Object.fromEntries(pipelinesOf(input).map((pipeline) => [fileOf(pipeline.name), toLogstash(pipelineSections(input, pipeline))])),
});

/** log4j2.properties: to the container's output. Without such a file Logstash says nothing but errors. */
export const LOGGING: Readonly<Record<string, string>> = {
  status: 'error',
  name: 'LogstashPropertiesConfig',
  'appender.console.type': 'Console',
  'appender.console.name': 'out',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '[%d{ISO8601}][%-5p][%c]%notEmpty{[%X{pipeline.id}]} %m%n',
  'rootLogger.level': '${sys:ls.log.level}',
  'rootLogger.appenderRef.console.ref': 'out',
};
