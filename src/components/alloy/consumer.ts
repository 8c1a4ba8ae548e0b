import type { AlloyConsumerSpec } from '../../api/alloyconsumer.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import type { Stage } from '../kit/stage.ts';

/** An Alloy that reads records from Kafka and writes them to Loki. */
export function alloyConsumerPart(_stage: Stage, _spec: AlloyConsumerSpec, _flow: Flow): Part {
  return EMPTY_PART;
}
