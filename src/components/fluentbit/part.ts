import type { FluentBitSpec } from '../../api/collectors/fluentbit.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Sink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';

export function fluentBitPart(_stage: Stage, _spec: FluentBitSpec, _sink: Sink): Part {
  return EMPTY_PART;
}
