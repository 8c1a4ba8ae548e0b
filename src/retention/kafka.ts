import { durationMs, formatDuration } from '../api/duration.ts';
import type { KafkaSpec } from '../api/kafka.ts';
import type { RetentionRow } from '../api/status.ts';
import { CLEANING } from '../components/kafka/defaults.ts';
import { retentionOf, segmentMsOf } from '../components/kafka/topic.ts';

/** How long a record lies in a topic at the latest (milliseconds): until the youngest in its segment has expired, and its files are gone. */
export function kafkaMaxAge(retention: string): number {
  const period = durationMs(retention);
  return period + segmentMsOf(period) + CLEANING.interval + CLEANING.fileDelay;
}

/** Rows of the status; none where the topic is somebody else's. A topic that is full forgets sooner. */
export function kafkaRetentionRows(spec: KafkaSpec | undefined): Omit<RetentionRow, 'inForce'>[] {
  if (spec === undefined || (spec.external && spec.external.manageTopics !== true)) return [];
  const wanted = retentionOf(spec);
  return [{ signal: 'logs (buffer)', tenant: '*', wanted, maxAge: formatDuration(kafkaMaxAge(wanted)), where: 'retention.ms of the topic' }];
}
