import type { AuditbeatSpec, HeartbeatSpec, PacketbeatSpec } from '../../api/collectors/beats.ts';
import { goDuration } from '../kit/duration.ts';
import type { Tree } from '../kit/merge.ts';

const PROTOCOLS: NonNullable<PacketbeatSpec['protocols']> = [
  { type: 'dns', ports: [53] },
  { type: 'http', ports: [80, 8080] },
  { type: 'tls', ports: [443] },
];

export const packetbeatConfig = (spec: PacketbeatSpec): Tree => ({
  'packetbeat.interfaces': { device: 'any', type: 'af_packet', buffer_size_mb: 30 },
  'packetbeat.flows': { enabled: spec.flows ?? true, timeout: '30s', period: '10s' },
  'packetbeat.protocols': (spec.protocols ?? PROTOCOLS).map(({ type, ports }) => ({ type, ports: [...ports] })),
});

type Monitor = NonNullable<HeartbeatSpec['monitors']>[number];

const timing = ({ every = '30s', timeout = '16s' }: Monitor): Tree => ({ schedule: `@every ${goDuration(every)}`, timeout: goDuration(timeout) });

/** Ids are ours: a name may stand there twice. */
const monitors = (monitor: Monitor, index: number): Tree[] => [
  ...(monitor.http === undefined ? [] : [{ type: 'http', id: `http-${index}`, name: monitor.name, hosts: [monitor.http], ...timing(monitor) }]),
  ...(monitor.tcp === undefined ? [] : [{ type: 'tcp', id: `tcp-${index}`, name: monitor.name, hosts: [monitor.tcp], ...timing(monitor) }]),
];

export const heartbeatConfig = (spec: HeartbeatSpec): Tree => ({
  'heartbeat.monitors': (spec.monitors ?? []).flatMap(monitors),
});

const FOLDERS = ['/bin', '/usr/bin', '/sbin', '/usr/sbin', '/etc'];

/** The node's root lies under this folder of the pod. */
export const NODE_ROOT = '/hostfs';

export const auditbeatConfig = (spec: AuditbeatSpec): Tree => ({
  'auditbeat.modules': [
    {
      module: 'file_integrity',
      paths: (spec.paths ?? FOLDERS).map((path) => `${NODE_ROOT}${path}`),
      exclude_files: ['(?i)\\.sw[nop]$', '~$'],
      scan_at_start: true,
      scan_rate_per_sec: '50 MiB',
      max_file_size: '100 MiB',
      hash_types: ['sha256'],
      recursive: true,
    },
    ...(spec.rules === undefined ? [] : [{ module: 'auditd', audit_rules: spec.rules }]),
  ],
});
