import type { SecretKey } from '../../base/product.ts';

/**
 * Where a collector or a processor sends what it has. The controller resolves which; each component renders the kinds that its
 * product can speak, and says `SinkUnsupported` for the others.
 */
export type Sink = LokiSink | ElasticsearchSink | KafkaSink | LogstashSink | ForwardSink;

export interface LokiSink {
  type: 'loki';
  /** Base address without path: `http://logs-loki.obs.svc:3100` */
  url: string;
  host: string;
  port: number;
  /** X-Scope-OrgID, while tenancy is on. */
  tenant: string | undefined;
}

export interface ElasticsearchSink {
  type: 'elasticsearch';
  /** Always https. */
  host: string;
  port: number;
  ca: SecretKey;
  user: string;
  password: SecretKey;
  /** Suffix of the data streams of this stack: `logs-<dataset>-<namespace>`. The operator makes the templates. */
  dataset: string;
  dataNamespace: string;
}

/** How to reach a Kafka: our own (plain text inside the namespace), or an external one. Secrets lie in the own namespace. */
export interface KafkaAccess {
  /** host:port */
  brokers: readonly string[];
  tls?: { ca?: SecretKey; certificate?: SecretKey; key?: SecretKey } | undefined;
  sasl?: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; user: SecretKey; password: SecretKey } | undefined;
}

export interface KafkaSink extends KafkaAccess {
  type: 'kafka';
  topic: string;
  partitions: number;
  /** Largest record that the topic takes, in bytes. */
  maxMessageBytes: number;
}

/** The beats protocol, as Logstash's `beats` input takes it. */
export interface LogstashSink {
  type: 'logstash';
  host: string;
  port: number;
  /** Port of an `http` input that takes JSON, for what does not speak beats. */
  httpPort: number;
}

/** Fluentd's forward protocol, with acknowledgement. */
export interface ForwardSink {
  type: 'forward';
  host: string;
  port: number;
  sharedKey: SecretKey;
}

/** Data stream of a signal in the Elasticsearch of a stack: `logs-shop-default`, `metrics-shop-default`. */
export const dataStream = (signal: 'logs' | 'metrics', sink: Pick<ElasticsearchSink, 'dataset' | 'dataNamespace'>): string =>
  `${signal}-${sink.dataset}-${sink.dataNamespace}`;

/** The dataset of a stack: its name without the dash, which separates the parts of a data stream's name. */
export const datasetOf = (owner: { name: string }): string => owner.name.replaceAll('-', '_');
