import { failure } from '../../api/finding.ts';
import type { LogstashSpec } from '../../api/logstash.ts';
import { componentName, type Owner } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { Flow } from '../kit/processor.ts';
import type { LogstashSink } from '../kit/sink.ts';
import type { Stage } from '../kit/stage.ts';
import { LOGSTASH_PORTS, LOGSTASH_VERSION } from './defaults.ts';
import { inputsOf, logstashComponent, type LogstashInput, pipelinesOf, portOf } from './input.ts';
import { logstashManifests } from './manifests.ts';
import { validateLogstash } from './validate.ts';

const PATH = 'spec.processing.logstash';

/** Where collectors of the stack send to. */
export const logstashSink = (owner: Owner): LogstashSink => ({
  type: 'logstash',
  host: `${owner.name}-logstash.${owner.namespace}.svc`,
  port: LOGSTASH_PORTS.beats,
  httpPort: LOGSTASH_PORTS.http,
});

/** Addresses of the inputs, for what sends from outside of the stack. */
const endpoints = (input: LogstashInput) =>
  pipelinesOf(input).flatMap((pipeline) =>
    inputsOf(pipeline, input.flow).flatMap((one) => {
      const port = portOf(one);
      const [kind = ''] = Object.keys(one);
      return port === undefined ? [] : [{ name: `logstash-${kind}`, url: `${kind === 'http' ? 'http' : 'tcp'}://${logstashSink(input.owner).host}:${port}` }];
    }));

/** Processing between the collectors, or the buffer, and the store. */
export function logstashPart(stage: Stage, spec: LogstashSpec, flow: Flow): Part {
  const { to } = flow;
  if (to.type !== 'elasticsearch') {
    return part({ findings: [failure('SinkUnsupported', PATH, `${PATH}: Logstash cannot write to ${to.type}: use processing.fluentd or processing.alloy`)] });
  }
  const input: LogstashInput = { stage, owner: stage.owner, version: stage.version('logstash', spec.version, LOGSTASH_VERSION), spec, flow, store: to };
  const component = logstashComponent(input);
  return part({
    manifests: logstashManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: validateLogstash(input),
    volumes: [{ workload: componentName(component), path: `${PATH}.storage` }],
    endpoints: endpoints(input),
    talkers: [component],
  });
}
