import { type DashboardStack, KINDS } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import type { Endpoint, Wire } from '../api/status.ts';
import { refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import { type Datasource, secretsOf } from '../components/grafana/datasource.ts';
import { GRAFANA_PORT, GRAFANA_VERSION } from '../components/grafana/defaults.ts';
import { grafanaComponent, type GrafanaInput } from '../components/grafana/input.ts';
import { grafanaManifests, grafanaSecrets } from '../components/grafana/manifests.ts';
import { validateGrafana, validateGrafanaSecrets } from '../components/grafana/validate.ts';
import { serviceHost } from '../components/kit/network.ts';
import { componentName } from '../components/kit/owner.ts';
import { part, workloadPlan } from '../components/kit/part.ts';
import { secretHash, type Stage } from '../components/kit/stage.ts';
import type { Plan } from '../status/plan.ts';
import { correlationWires, datasources, reachable, stacksOf } from '../wiring/datasources.ts';
import { dashboardLinks, type StackLink } from '../wiring/stacks.ts';
import { bind, invalidPlan } from './bind.ts';
import { composed } from './compose.ts';
import { stageOf } from './stage.ts';

const wire = (dashboard: DashboardStack, link: StackLink): Wire => ({
  from: refKey(refOf(dashboard)),
  to: refKey(link.to),
  what: 'datasource',
  state: link.state,
  ...(link.required ? { required: true } : {}),
  ...(link.why === undefined ? {} : { why: link.why }),
});

function endpoints({ owner, spec }: GrafanaInput): Endpoint[] {
  const inside = `http://${serviceHost(owner.namespace, `${owner.name}-grafana`, GRAFANA_PORT.port)}`;
  if (!spec.ingress) return [{ name: 'ui', url: inside }];
  const scheme = spec.ingress.tlsSecretName === undefined ? 'http' : 'https';
  return [
    { name: 'ui', url: `${scheme}://${spec.ingress.host}/` },
    { name: 'ui-internal', url: inside },
  ];
}

const secretHashes = (stage: Stage, sources: readonly Datasource[]): string[] =>
  [...new Set(secretsOf(sources).map(({ source }) => source.secret))].map((name) => secretHash(stage, name));

function grafanaInput(dashboard: DashboardStack, stage: Stage, sources: readonly Datasource[]): GrafanaInput {
  return {
    owner: stage.owner,
    version: stage.version('grafana', dashboard.spec.version, GRAFANA_VERSION),
    spec: dashboard.spec,
    datasources: sources,
    secretHashes: secretHashes(stage, sources),
  };
}

/** Everything that a DashboardStack asks for. Pure: the same stack and view give the same plan. */
export function planDashboardStack(dashboard: DashboardStack, view: View): Plan {
  const wrong = checkResource(dashboard);
  if (wrong.length > 0) return invalidPlan(dashboard, wrong);
  const stage = stageOf(dashboard, view, 'grafana');
  const links = reachable(dashboard, dashboardLinks(dashboard, view));
  const stacks = stacksOf(links);
  const input = grafanaInput(dashboard, stage, datasources(stacks, view));
  const component = grafanaComponent(input);
  const grafana = part({
    manifests: grafanaManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: [...validateGrafana(dashboard.spec), ...validateGrafanaSecrets(dashboard.spec, stage.owner.namespace, (name) => stage.secret(name))],
    generated: grafanaSecrets(input),
    volumes: [{ workload: componentName(component), path: 'spec.grafana.storage' }],
    endpoints: endpoints(input),
  });
  return composed({
    resource: dashboard,
    view,
    parts: [grafana],
    wires: [...links.map((link) => wire(dashboard, link)), ...correlationWires(stacks, view)],
    version: input.version,
    storage: 'database on the volume',
    retention: [],
  });
}

export const dashboardStackController = bind(KINDS.DashboardStack.resource, planDashboardStack);
