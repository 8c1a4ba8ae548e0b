import type { FluentdSpec } from '../../api/collectors/fluentd.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';

export function fluentdPart(_stage: Stage, _spec: FluentdSpec, _sink: Sink): Part {
  return EMPTY_PART;
}
