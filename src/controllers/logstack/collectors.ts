import type { LogStackSpec } from '../../api/logstack.ts';
import { alloyPart } from '../../components/alloy/part.ts';
import { auditbeatPart, filebeatPart, heartbeatPart, metricbeatPart, packetbeatPart } from '../../components/beats/part.ts';
import { fluentBitPart } from '../../components/fluentbit/part.ts';
import { fluentdPart } from '../../components/fluentd/part.ts';
import { joined, type Part } from '../../components/kit/part.ts';
import type { Sink } from '../../components/kit/sink.ts';
import type { Stage } from '../../components/kit/stage.ts';
import { promtailPart } from '../../components/promtail/part.ts';

type Collection = NonNullable<LogStackSpec['collection']>;

/** Every collector, by its field: a new one is a folder in components/, a schema in api/collectors/, and a line here. */
const COLLECTORS: { readonly [K in keyof Required<Collection>]: (stage: Stage, spec: NonNullable<Collection[K]>, sink: Sink) => Part } = {
  alloy: alloyPart,
  fluentd: fluentdPart,
  fluentBit: fluentBitPart,
  promtail: promtailPart,
  filebeat: filebeatPart,
  metricbeat: metricbeatPart,
  packetbeat: packetbeatPart,
  heartbeat: heartbeatPart,
  auditbeat: auditbeatPart,
};

function one<K extends keyof Collection>(stage: Stage, name: K, spec: Collection[K], sink: Sink): Part[] {
  return spec === undefined ? [] : [COLLECTORS[name](stage, spec, sink)];
}

/** All collectors of a stack, which send to the same sink. */
export const collectorsPart = (stage: Stage, collection: Collection, sink: Sink): Part =>
  joined((Object.keys(COLLECTORS) as (keyof Collection)[]).flatMap((name) => one(stage, name, collection[name], sink)));
