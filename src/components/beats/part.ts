import type { AuditbeatSpec, FilebeatSpec, HeartbeatSpec, MetricbeatSpec, PacketbeatSpec } from '../../api/collectors/beats.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';

export function filebeatPart(_stage: Stage, _spec: FilebeatSpec, _sink: Sink): Part {
  return EMPTY_PART;
}

export function metricbeatPart(_stage: Stage, _spec: MetricbeatSpec, _sink: Sink): Part {
  return EMPTY_PART;
}

export function packetbeatPart(_stage: Stage, _spec: PacketbeatSpec, _sink: Sink): Part {
  return EMPTY_PART;
}

export function heartbeatPart(_stage: Stage, _spec: HeartbeatSpec, _sink: Sink): Part {
  return EMPTY_PART;
}

export function auditbeatPart(_stage: Stage, _spec: AuditbeatSpec, _sink: Sink): Part {
  return EMPTY_PART;
}
