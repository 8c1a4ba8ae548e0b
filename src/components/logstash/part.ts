import type { LogstashSpec } from '../../api/logstash.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import type { LogstashSink } from '../kit/sink.ts';
import type { Owner } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';

export const logstashSink = (owner: Owner): LogstashSink => ({ type: 'logstash', host: `${owner.name}-logstash.${owner.namespace}.svc`, port: 5044, httpPort: 8080 });

export function logstashPart(_stage: Stage, _spec: LogstashSpec, _flow: Flow): Part {
  return EMPTY_PART;
}
