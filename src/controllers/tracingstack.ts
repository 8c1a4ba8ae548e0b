import { KINDS, type MetricsStack, type TracingStack } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import { refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { storageText } from '../components/kit/objectstorage.ts';
import { mimirPushUrl } from '../components/mimir/endpoints.ts';
import { tempoComponent } from '../components/tempo/endpoints.ts';
import { type RemoteWrite, storageOf } from '../components/tempo/input.ts';
import { tempoPart } from '../components/tempo/part.ts';
import { tempoRetentionRows } from '../retention/tempo.ts';
import type { Plan } from '../status/plan.ts';
import { generatorTarget } from '../wiring/generator.ts';
import { bind, invalidPlan } from './bind.ts';
import { composed, dashboardPeers, dashboardWires } from './compose.ts';
import { stageOf } from './stage.ts';

const remoteWrite = (target: MetricsStack): RemoteWrite => {
  const { enabled = false, tenant } = target.spec.tenancy ?? {};
  return { url: mimirPushUrl(refOf(target)), tenancy: enabled, tenant: enabled ? tenant : undefined };
};

/** Everything that a TracingStack asks for. Pure: the same stack and view give the same plan. */
export function planTracingStack(stack: TracingStack, view: View): Plan {
  const wrong = checkResource(stack);
  if (wrong.length > 0) return invalidPlan(stack, wrong);
  const { spec } = stack;
  const stage = stageOf(stack, view, 'tempo');
  const generator = generatorTarget(stack, view);
  const tempo = tempoPart(stage, spec, {
    clients: dashboardPeers(stack, tempoComponent({ owner: stage.owner, version: '' }), view),
    remoteWrite: generator?.target && remoteWrite(generator.target),
  });
  return composed({
    resource: stack,
    view,
    parts: [tempo],
    wires: [...(generator ? [generator.wire] : []), ...dashboardWires(stack, view)],
    version: tempo.workloads[0]?.version ?? '',
    storage: storageText(storageOf(spec)),
    retention: tempoRetentionRows(spec),
  });
}

export const tracingStackController = bind(KINDS.TracingStack.resource, planTracingStack);
