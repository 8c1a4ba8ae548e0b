import { failure, type Finding, warning } from '../../api/finding.ts';
import type { LogstashPipeline } from '../../api/logstash.ts';
import { canonicalQuantity, quantityValue } from '../../api/quantity.ts';
import { isTree, ownedHits, ownedMessage } from '../kit/merge.ts';
import { versionFindings } from '../kit/versions.ts';
import { dotted, LOGSTASH_OWNED } from './config.ts';
import { LOGSTASH_MINORS, LOGSTASH_PORTS } from './defaults.ts';
import { faultIn } from './grammar.ts';
import { deadLetterBytes, deadLettersWanted, inputsOf, type LogstashInput, logstashVolume, pipelinesOf, portOf, queueBytes } from './input.ts';
import { unwritable } from './syntax.ts';

const PATH = 'spec.processing.logstash';
const PIPELINES = `${PATH}.pipelines`;

/** The first line of what is wrong, short enough for a message. */
const near = (raw: string, at: number): string => JSON.stringify((raw.slice(at).trimStart().split('\n')[0] ?? '').slice(0, 40));

/** What Logstash's language cannot say, wherever it stands: strings that no quoting carries, and raw text that is none of it. */
function textFindings(value: unknown, path: string): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => textFindings(item, `${path}[${i}]`));
  if (isTree(value)) return Object.entries(value).flatMap(([key, item]) => [...stringFindings(key, path), ...textFindings(item, `${path}.${key}`)]);
  if (typeof value !== 'string') return [];
  return /\.(inputs|filters|outputs)\[\d+\]\.raw$/.test(path) ? rawFindings(value, path) : stringFindings(value, path);
}

function stringFindings(text: string, path: string): Finding[] {
  const what = unwritable(text);
  return what === undefined ? [] : [failure('InvalidValue', path, `${path}: a string of Logstash cannot hold ${what}: write it otherwise, or use raw`)];
}

function rawFindings(raw: string, path: string): Finding[] {
  const at = faultIn(raw);
  if (at === undefined) return [];
  return [failure('InvalidValue', path, `${path}: Logstash would not read this from ${near(raw, at)} on: write plugins and conditions only, as inside of a section`)];
}

const twice = <T>(values: readonly T[]): T[] => [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];

function clashes(input: LogstashInput): Finding[] {
  const pipelines = pipelinesOf(input);
  const ports = pipelines.flatMap((pipeline) => inputsOf(pipeline, input.flow).map(portOf)).filter((port) => port !== undefined);
  return [
    ...twice(pipelines.map(({ name }) => name)).map((name) => failure('InvalidValue', PIPELINES, `${PIPELINES}: two are named ${name}: give each its own name`)),
    ...twice([...ports, LOGSTASH_PORTS.api]).map((port) =>
      failure('InvalidValue', PIPELINES, `${PIPELINES}: port ${port} is taken twice (${LOGSTASH_PORTS.api} is Logstash's own): give each input its own port`)),
  ];
}

const usesKafka = (pipeline: LogstashPipeline, input: LogstashInput): boolean => inputsOf(pipeline, input.flow).some(({ kafka }) => kafka !== undefined);

function kafkaFindings(input: LogstashInput): Finding[] {
  const { from } = input.flow;
  const reading = pipelinesOf(input).some((pipeline) => usesKafka(pipeline, input));
  if (reading && !from) return [failure('MissingField', PIPELINES, `${PIPELINES}: an input is kafka, but the stack has no buffer: set spec.buffer.kafka`)];
  if (!reading && from) return [failure('ConsumerRequired', PIPELINES, `${PIPELINES}: no input is kafka, so nothing would take the records out of spec.buffer.kafka: add {kafka: {}} to one`)];
  const path = 'spec.buffer.kafka.external.tls.certificateSecretName';
  return from?.tls?.certificate ? [failure('InvalidValue', path, `${path}: Logstash cannot present this certificate to Kafka: use sasl, or read the buffer with processing.fluentd`)] : [];
}

/** Collectors of this stack send to the ports that they know. */
function collectorFindings(input: LogstashInput): Finding[] {
  const { flow } = input;
  if (flow.from || flow.clients.length === 0) return [];
  const inputs = pipelinesOf(input).flatMap((pipeline) => inputsOf(pipeline, flow));
  const found = inputs.some(({ beats, http }) => (beats && (beats.port ?? LOGSTASH_PORTS.beats) === LOGSTASH_PORTS.beats) ?? (http && (http.port ?? LOGSTASH_PORTS.http) === LOGSTASH_PORTS.http));
  if (found) return [];
  return [warning('CollectsNothing', PIPELINES, `${PIPELINES}: the stack's collectors send to beats on ${LOGSTASH_PORTS.beats} or http on ${LOGSTASH_PORTS.http}, which no input is: add {beats: {}} or {http: {}}`)];
}

function volumeFindings(input: LogstashInput): Finding[] {
  const wanted = (queueBytes(input) + (deadLettersWanted(input) ? deadLetterBytes(input) : 0)) * pipelinesOf(input).length;
  const volume = logstashVolume(input);
  if (wanted <= quantityValue(volume) * 0.95) return [];
  const path = `${PATH}.queue.maxBytes`;
  const what = `queues and dead letters of ${Math.ceil(wanted / 2 ** 20)}Mi do not fit a volume of ${canonicalQuantity(volume)}`;
  return [warning('BufferTooLarge', path, `${path}: ${what}, and a Logstash whose disk is full stops: lower it, or leave it out`)];
}

/** What can be said of the spec, and of what stands before and after it. */
export const validateLogstash = (input: LogstashInput): Finding[] => [
  ...(input.spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Logstash', input.spec.version, LOGSTASH_MINORS)),
  ...ownedHits(dotted(input.spec.config ?? {}), LOGSTASH_OWNED).map((hit) => failure('PathOwned', `${PATH}.config.${hit.path}`, ownedMessage(`${PATH}.config`, hit))),
  ...textFindings(input.spec.pipelines ?? [], PIPELINES),
  ...clashes(input),
  ...kafkaFindings(input),
  ...collectorFindings(input),
  ...volumeFindings(input),
];
