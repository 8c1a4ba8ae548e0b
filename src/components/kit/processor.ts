import type { Peer } from './network.ts';
import type { KafkaSink, Sink } from './sink.ts';

/** What a processor stands between. */
export interface Flow {
  /** The buffer that it reads from; absent: collectors send to it directly. */
  from: KafkaSink | undefined;
  to: Sink;
  /** Pods that send to it directly. */
  clients: readonly Peer[];
}
