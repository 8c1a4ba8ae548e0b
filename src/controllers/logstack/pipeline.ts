import type { LogStackSpec } from '../../api/logstack.ts';
import { alloyConsumerPart } from '../../components/alloy/consumer.ts';
import { elasticsearchSink } from '../../components/elasticsearch/endpoints.ts';
import { fluentdAggregatorPart, forwardSink } from '../../components/fluentd/aggregator.ts';
import { kafkaPart, kafkaSink } from '../../components/kafka/part.ts';
import { peerOf, type Peer } from '../../components/kit/network.ts';
import type { Component } from '../../components/kit/owner.ts';
import { EMPTY_PART, joined, type Part } from '../../components/kit/part.ts';
import type { Flow } from '../../components/kit/processor.ts';
import type { KafkaSink, Sink } from '../../components/kit/sink.ts';
import type { Stage } from '../../components/kit/stage.ts';
import { logstashPart, logstashSink } from '../../components/logstash/part.ts';
import { lokiSink } from '../../components/loki/part.ts';
import { collectorsPart } from './collectors.ts';

/** Where records go, one after another: collectors → buffer → processor → store. Buffer and processor may be absent. */
export interface Pipeline {
  collectors: Part;
  buffer: Part;
  processor: Part;
  store: Sink;
  /** Whose pods talk to the store. */
  writers: readonly Component[];
}

export const storeSink = ({ owner }: Stage, spec: LogStackSpec): Sink =>
  spec.backend === 'loki' ? lokiSink(owner, spec) : elasticsearchSink(owner);

const peers = (talkers: readonly Component[], to: Stage['owner']): Peer[] => {
  const target: Component = { owner: to, component: '', product: '', version: '' };
  return talkers.map((talker) => peerOf(talker, target));
};

/** What takes records out of the buffer, or from the collectors. Alloy stands in before a Loki where a buffer has no other reader. */
function processorPart(stage: Stage, spec: LogStackSpec, flow: Flow): Part {
  const { logstash, fluentd, alloy } = spec.processing ?? {};
  if (logstash) return logstashPart(stage, logstash, flow);
  if (fluentd) return fluentdAggregatorPart(stage, fluentd, flow);
  return alloy || flow.from ? alloyConsumerPart(stage, alloy ?? {}, flow) : EMPTY_PART;
}

/** What collectors send to where there is no buffer. */
function direct(stage: Stage, spec: LogStackSpec, store: Sink): Sink {
  if (spec.processing?.logstash) return logstashSink(stage.owner);
  return spec.processing?.fluentd ? forwardSink(stage.owner) : store;
}

const bufferOf = (stage: Stage, spec: LogStackSpec): KafkaSink | undefined => spec.buffer?.kafka && kafkaSink(stage.owner, spec.buffer.kafka);

/** Resolves who sends to whom, and renders everything but the store. */
export function pipeline(stage: Stage, spec: LogStackSpec): Pipeline {
  const store = storeSink(stage, spec);
  const from = bufferOf(stage, spec);
  const collectors = collectorsPart(stage, spec.collection ?? {}, from ?? direct(stage, spec, store));
  const senders = peers(collectors.talkers, stage.owner);
  const processor = processorPart(stage, spec, { from, to: store, clients: from ? [] : senders });
  const readers = peers(processor.talkers, stage.owner);
  const buffer = spec.buffer?.kafka ? kafkaPart(stage, spec.buffer.kafka, [...senders, ...readers]) : EMPTY_PART;
  const processed = from !== undefined || processor.workloads.length > 0;
  return { collectors, buffer, processor, store, writers: processed ? processor.talkers : collectors.talkers };
}

/** All of a pipeline, in the order in which records travel. */
export const pipelinePart = ({ buffer, processor, collectors }: Pipeline): Part => joined([buffer, processor, collectors]);
