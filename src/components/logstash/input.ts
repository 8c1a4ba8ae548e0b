import type { LogstashInput as InputSpec, LogstashPipeline, LogstashSpec } from '../../api/logstash.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { Port } from '../kit/network.ts';
import type { Component, Owner } from '../kit/owner.ts';
import type { Flow } from '../kit/processor.ts';
import { resolveResources } from '../kit/profile.ts';
import type { ElasticsearchSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { LOGSTASH_PORTS, LOGSTASH_PROFILES } from './defaults.ts';

/** All that the rendering of a Logstash depends on. */
export interface LogstashInput {
  stage: Stage;
  owner: Owner;
  version: string;
  spec: LogstashSpec;
  flow: Flow;
  store: ElasticsearchSink;
}

export const logstashComponent = ({ owner, version }: Pick<LogstashInput, 'owner' | 'version'>): Component => ({
  owner, component: 'logstash', product: 'logstash', version,
});

export const logstashReplicas = ({ stage, spec }: Pick<LogstashInput, 'stage' | 'spec'>): number => spec.replicas ?? LOGSTASH_PROFILES[stage.size].replicas;

export const logstashVolume = ({ stage, spec }: Pick<LogstashInput, 'stage' | 'spec'>): string | number => spec.storage?.size ?? LOGSTASH_PROFILES[stage.size].volume;

export const logstashResources = ({ stage, spec }: Pick<LogstashInput, 'stage' | 'spec'>) => resolveResources(LOGSTASH_PROFILES[stage.size], spec.resources);

/** The user's pipelines, or the one that every stack needs. */
export const pipelinesOf = ({ spec }: Pick<LogstashInput, 'spec'>): readonly LogstashPipeline[] => spec.pipelines ?? [{ name: 'main' }];

/** What a pipeline reads: what it says, else the buffer, else what the stack's collectors send. */
export const inputsOf = (pipeline: LogstashPipeline, flow: Flow): readonly InputSpec[] =>
  pipeline.inputs ?? (flow.from ? [{ kafka: {} }] : [{ beats: {} }, { http: {} }]);

/** The port that an input listens on; undefined where it does not, or where only Logstash could tell. */
export function portOf({ beats, http, tcp, syslog }: InputSpec): number | undefined {
  if (beats) return beats.port ?? LOGSTASH_PORTS.beats;
  if (http) return http.port ?? LOGSTASH_PORTS.http;
  if (tcp) return tcp.port;
  return syslog ? (syslog.port ?? LOGSTASH_PORTS.syslog) : undefined;
}

/** Ports of all inputs, once each. */
export function inputPorts(input: LogstashInput): Port[] {
  const ports = pipelinesOf(input).flatMap((pipeline) => inputsOf(pipeline, input.flow).map(portOf)).filter((port) => port !== undefined);
  return [...new Set(ports)].map((port) => ({ name: `in-${port}`, port }));
}

const share = (part: number, input: LogstashInput): number => Math.floor((quantityValue(logstashVolume(input)) * part) / pipelinesOf(input).length);

/** Bytes of the queue of each pipeline. */
export const queueBytes = (input: LogstashInput): number => (input.spec.queue?.maxBytes === undefined ? share(0.6, input) : Math.floor(quantityValue(input.spec.queue.maxBytes)));

export const deadLettersWanted = ({ spec }: Pick<LogstashInput, 'spec'>): boolean => spec.deadLetters?.enabled ?? true;

/** Bytes of the dead letters of each pipeline. */
export const deadLetterBytes = (input: LogstashInput): number =>
  input.spec.deadLetters?.maxBytes === undefined ? share(0.1, input) : Math.floor(quantityValue(input.spec.deadLetters.maxBytes));
