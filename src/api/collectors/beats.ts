import { z } from 'zod';
import { componentOverrides, version } from '../common.ts';

const beat = (product: string, description: string) =>
  z.strictObject({ version: version(product).optional(), ...componentOverrides }).meta({ description });

export const filebeat = beat('Filebeat', 'Collection by Filebeat.');
export const metricbeat = beat('Metricbeat', 'Collection by Metricbeat.');
export const packetbeat = beat('Packetbeat', 'Collection by Packetbeat.');
export const heartbeat = beat('Heartbeat', 'Collection by Heartbeat.');
export const auditbeat = beat('Auditbeat', 'Collection by Auditbeat.');

export type FilebeatSpec = z.output<typeof filebeat>;
export type MetricbeatSpec = z.output<typeof metricbeat>;
export type PacketbeatSpec = z.output<typeof packetbeat>;
export type HeartbeatSpec = z.output<typeof heartbeat>;
export type AuditbeatSpec = z.output<typeof auditbeat>;
