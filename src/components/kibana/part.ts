import type { LogStackSpec } from '../../api/logstack.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';

export function kibanaPart(_stage: Stage, _spec: LogStackSpec): Part {
  return EMPTY_PART;
}
