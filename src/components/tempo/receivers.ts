import type { TracingStackSpec } from '../../api/tracingstack.ts';
import type { Tree } from '../kit/merge.ts';
import type { Port } from '../kit/network.ts';

/** One way for traces to come in. */
export interface Receiver extends Port {
  /** Where it stands below `distributor.receivers`. */
  at: readonly string[];
  /** What clients put before and after `host:port`. */
  scheme: string;
  path: string;
}

type Receivers = NonNullable<TracingStackSpec['receivers']>;

const HTTP = { scheme: 'http://', path: '' };
const BARE = { scheme: '', path: '' };
const UDP = { ...BARE, protocol: 'UDP' } as const;

/** OTLP is on unless it is turned off, protocol by protocol. */
const otlp = ({ otlp: wanted = {} }: Receivers): Receiver[] => [
  ...(wanted.grpc === false ? [] : [{ name: 'otlp-grpc', port: 4317, at: ['otlp', 'protocols', 'grpc'], ...HTTP }]),
  ...(wanted.http === false ? [] : [{ name: 'otlp-http', port: 4318, at: ['otlp', 'protocols', 'http'], ...HTTP }]),
];

function jaeger({ jaeger: wanted }: Receivers): Receiver[] {
  if (!wanted) return [];
  const at = (protocol: string): string[] => ['jaeger', 'protocols', protocol];
  return [
    ...(wanted.grpc === false ? [] : [{ name: 'jaeger-grpc', port: 14250, at: at('grpc'), ...BARE }]),
    ...(wanted.thriftHttp === false ? [] : [{ name: 'jaeger-http', port: 14268, at: at('thrift_http'), scheme: 'http://', path: '/api/traces' }]),
    ...(wanted.thriftCompact ? [{ name: 'jaeger-compact', port: 6831, at: at('thrift_compact'), ...UDP }] : []),
    ...(wanted.thriftBinary ? [{ name: 'jaeger-binary', port: 6832, at: at('thrift_binary'), ...UDP }] : []),
  ];
}

const zipkin = ({ zipkin: wanted }: Receivers): Receiver[] =>
  wanted ? [{ name: 'zipkin', port: 9411, at: ['zipkin'], scheme: 'http://', path: '/api/v2/spans' }] : [];

/** Every receiver that is on: configuration, ports, policy and status are all made from this list. */
export const receiversOf = ({ receivers = {} }: Pick<TracingStackSpec, 'receivers'>): Receiver[] => [
  ...otlp(receivers), ...jaeger(receivers), ...zipkin(receivers),
];

function nest(path: readonly string[], value: unknown, into: Tree): Tree {
  const [head = '', ...rest] = path;
  return { ...into, [head]: rest.length === 0 ? value : nest(rest, value, (into[head] ?? {}) as Tree) };
}

/** Below `distributor.receivers`. Without an address a receiver listens to its own pod only. */
export const receiversConfig = (receivers: readonly Receiver[]): Tree =>
  receivers.reduce<Tree>((tree, { at, port }) => nest(at, { endpoint: `0.0.0.0:${port}` }, tree), {});
