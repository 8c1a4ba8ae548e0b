import type { FluentdAggregatorSpec } from '../../api/fluentdaggregator.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import type { ForwardSink } from '../kit/sink.ts';
import type { Owner } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';

export const forwardSink = (owner: Owner): ForwardSink => ({
  type: 'forward',
  host: `${owner.name}-fluentd-agg.${owner.namespace}.svc`,
  port: 24224,
  sharedKey: { secret: `${owner.name}-fluentd-agg`, key: 'shared-key' },
});

export function fluentdAggregatorPart(_stage: Stage, _spec: FluentdAggregatorSpec, _flow: Flow): Part {
  return EMPTY_PART;
}
