import type { PromtailSpec } from '../../api/collectors/promtail.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';

export function promtailPart(_stage: Stage, _spec: PromtailSpec, _sink: Sink): Part {
  return EMPTY_PART;
}
