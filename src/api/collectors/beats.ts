import { z } from 'zod';
import { componentOverrides, flag, freeText, hostPort, rawObject, text, version } from '../common.ts';
import { duration } from '../duration.ts';
import { patterned } from '../pattern.ts';
import { podFiles } from '../podselection.ts';

const common = (product: string) => ({
  version: version(product).optional(),
  ...componentOverrides,
  config: rawObject("Merged into the beat's own configuration. A path that a typed field owns is refused.").optional(),
});

export const filebeat = z
  .strictObject({ podLogs: podFiles.optional(), ...common('Filebeat') })
  .meta({ description: 'Logs of pods by Filebeat: a DaemonSet that reads the files of its node (needs hostPath and root).' });

export const metricbeat = z
  .strictObject({
    period: duration('How often metrics are taken. Default: 30s.').optional(),
    kubeStateMetrics: hostPort('`host:port` of a kube-state-metrics, for the state of objects. Default: none, so only what the kubelets say.').optional(),
    ...common('Metricbeat'),
  })
  .meta({ description: 'Metrics of nodes and pods by Metricbeat: a DaemonSet (needs hostPath and root), and one pod for what is said once for the cluster.' });

const protocols = ['amqp', 'cassandra', 'dhcpv4', 'dns', 'http', 'memcache', 'mongodb', 'mysql', 'nfs', 'pgsql', 'redis', 'sip', 'thrift', 'tls'] as const;

const protocol = z
  .strictObject({
    type: z.enum(protocols).meta({ description: 'Protocol.' }),
    ports: z.array(z.int().min(1).max(65_535)).min(1).max(32).meta({ description: 'Ports on which it is spoken.' }),
  })
  .meta({ description: 'A protocol to decode.' });

export const packetbeat = z
  .strictObject({
    protocols: z.array(protocol).max(16).optional().meta({ description: 'Default: dns on 53, http on 80 and 8080, tls on 443.' }),
    flows: flag('A record for each flow. Default: true.').optional(),
    ...common('Packetbeat'),
  })
  .meta({ description: 'Network traffic of the nodes by Packetbeat: a DaemonSet in the network of its node, with the right to capture packets.' });

const HTTP_URL = /^https?:\/\/[^\s]+$/;
const TCP_TARGET = /^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?:[0-9]{1,5}$/;

const monitor = z
  .strictObject({
    name: text('Name in the records.', 128),
    http: patterned(z.string().max(2048), HTTP_URL, 'expected a URL such as https://shop.example.com/health').optional().meta({ description: 'URL that must answer.' }),
    tcp: patterned(z.string().max(260), TCP_TARGET, 'expected host:port').optional().meta({ description: '`host:port` that must accept a connection.' }),
    every: duration('Interval. Default: 30s.').optional(),
    timeout: duration('Default: 16s.').optional(),
  })
  .meta({ description: 'Something to be asked: one of `http` and `tcp`, or both.' });

export const heartbeat = z
  .strictObject({
    monitors: z.array(monitor).max(64).optional().meta({ description: 'What is asked. Default: nothing.' }),
    ...common('Heartbeat'),
  })
  .meta({ description: 'Whether services answer, by Heartbeat: one pod, without privileges.' });

export const auditbeat = z
  .strictObject({
    paths: z.array(patterned(z.string().max(1024), /^\/[^\s]*$/, 'expected an absolute path')).max(64).optional()
      .meta({ description: 'Folders of the node whose files are watched. Default: /bin, /usr/bin, /sbin, /usr/sbin, /etc.' }),
    rules: freeText(16_384).optional().meta({ description: "Rules of the kernel's audit, as auditctl takes them. Default: none, and no auditd module." }),
    ...common('Auditbeat'),
  })
  .meta({ description: 'Changes of files, and audit of the kernel, by Auditbeat: a DaemonSet (needs hostPath, hostPID and root).' });

export type FilebeatSpec = z.output<typeof filebeat>;
export type MetricbeatSpec = z.output<typeof metricbeat>;
export type PacketbeatSpec = z.output<typeof packetbeat>;
export type HeartbeatSpec = z.output<typeof heartbeat>;
export type AuditbeatSpec = z.output<typeof auditbeat>;
