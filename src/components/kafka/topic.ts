import { durationMs } from '../../api/duration.ts';
import type { KafkaSpec } from '../../api/kafka.ts';
import { type Quantity, quantityValue } from '../../api/quantity.ts';
import type { Owner } from '../kit/owner.ts';
import { TOPIC_DEFAULTS } from './defaults.ts';

/** The topic as it is wanted. Bytes and milliseconds. */
export interface Topic {
  name: string;
  partitions: number;
  maxMessageBytes: number;
  retentionMs: number;
  /** Of each partition; undefined: no limit. */
  retentionBytes: number | undefined;
  segmentBytes: number;
  segmentMs: number;
}

const MIB = 2 ** 20;
const HOUR = 3_600_000;

const clamp = (value: number, low: number, high: number): number => Math.floor(Math.min(Math.max(value, low), high));

export const topicName = (owner: Owner, spec: KafkaSpec): string => spec.topic?.name ?? `${owner.namespace}.${owner.name}.logs`;

export const partitionsOf = (spec: KafkaSpec): number => spec.topic?.partitions ?? TOPIC_DEFAULTS.partitions;

export const maxMessageBytesOf = (spec: KafkaSpec): number => spec.topic?.maxMessageBytes ?? TOPIC_DEFAULTS.maxMessageBytes;

export const retentionOf = (spec: KafkaSpec): string => spec.topic?.retention ?? TOPIC_DEFAULTS.retention;

/**
 * Records go with their segment, once the youngest in it has expired: a segment spans at most an eighth of the retention, so that
 * nothing stays much longer.
 */
export const segmentMsOf = (retentionMs: number): number => clamp(retentionMs / 8, Math.min(10 * 60_000, Math.max(retentionMs, 1000)), 24 * HOUR);

/** What a volume leaves for each partition: every node holds all of them, and a fifth stays free for what is not records. */
export const shareOf = (volume: Quantity, partitions: number): number => Math.floor((quantityValue(volume) * 0.8) / partitions);

/** `volume`: size of the volume of each node of a managed Kafka. */
export function topicOf(owner: Owner, spec: KafkaSpec, volume: Quantity | undefined): Topic {
  const partitions = partitionsOf(spec);
  const retentionMs = durationMs(retentionOf(spec));
  const share = volume === undefined ? undefined : shareOf(volume, partitions);
  const given = spec.topic?.retentionBytes;
  const budget = given === undefined ? share : quantityValue(given);
  const segmentBytes = clamp((budget ?? 8192 * MIB) / 8, Math.max(MIB, maxMessageBytesOf(spec)), 1024 * MIB);
  return {
    name: topicName(owner, spec),
    partitions,
    maxMessageBytes: maxMessageBytesOf(spec),
    retentionMs,
    // Beyond the limit goes what fills whole segments: one more may stand.
    retentionBytes: given === undefined && share !== undefined ? Math.max(share - segmentBytes, segmentBytes) : budget,
    segmentBytes,
    segmentMs: segmentMsOf(retentionMs),
  };
}

/** Settings of the topic. LogAppendTime: by their own time, records older than the retention would go as they come. */
export const topicSettings = (topic: Topic): Record<string, string> => ({
  'retention.ms': String(topic.retentionMs),
  'retention.bytes': String(topic.retentionBytes ?? -1),
  'segment.ms': String(topic.segmentMs),
  'segment.bytes': String(topic.segmentBytes),
  'max.message.bytes': String(topic.maxMessageBytes),
  'message.timestamp.type': 'LogAppendTime',
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
});
