import { isFailure, type Finding } from '../api/finding.ts';
import { type DashboardStack, KINDS, type LogStack } from '../api/kinds.ts';
import { checkResource } from '../api/resource.ts';
import type { Endpoint, Wire } from '../api/status.ts';
import { refKey, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import type { Datasource } from '../components/grafana/datasource.ts';
import { datasourceUid } from '../components/grafana/datasource.ts';
import { GRAFANA_PORT, GRAFANA_VERSION } from '../components/grafana/defaults.ts';
import { grafanaComponent, type GrafanaInput } from '../components/grafana/input.ts';
import { grafanaManifests, grafanaSecrets } from '../components/grafana/manifests.ts';
import { validateGrafana, validateGrafanaSecrets } from '../components/grafana/validate.ts';
import { serviceHost } from '../components/kit/network.ts';
import { componentName, type Owner } from '../components/kit/owner.ts';
import { lokiUrl } from '../components/loki/endpoints.ts';
import type { Plan } from '../status/plan.ts';
import { dashboardLinks, type StackLink } from '../wiring/stacks.ts';
import { bind, invalidPlan } from './bind.ts';
import { chosenVersion } from './versions.ts';
import { volumeFindings } from './volumes.ts';
import { EMPTY_PART, workloadPlan } from '../components/kit/part.ts';

/** The datasource for a LogStack. */
function lokiDatasource(stack: LogStack): Datasource {
  const ref = refOf(stack);
  const { tenancy } = stack.spec;
  return {
    name: `${ref.namespace}/${ref.name} (Loki)`,
    uid: datasourceUid('loki', ref),
    type: 'loki',
    url: lokiUrl(ref),
    jsonData: { maxLines: 1000 },
    headers: tenancy?.enabled && tenancy.tenant !== undefined ? { 'X-Scope-OrgID': tenancy.tenant } : {},
  };
}

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

function grafanaInput(dashboard: DashboardStack, view: View, links: readonly StackLink[]): GrafanaInput {
  const owner: Owner = { kind: dashboard.kind, namespace: dashboard.metadata.namespace ?? '', name: dashboard.metadata.name };
  const live = view.child('StatefulSet', owner.namespace, componentName(grafanaComponent({ owner, version: '' })));
  return {
    owner,
    version: chosenVersion(dashboard.spec.version, live, dashboard.status?.version, GRAFANA_VERSION),
    spec: dashboard.spec,
    datasources: links.flatMap(({ target }) => (target?.kind === 'LogStack' ? [lokiDatasource(target as LogStack)] : [])),
  };
}

const { talkers: _talkers, volumes: _volumes, ...NOTHING } = EMPTY_PART;

/** Everything that a DashboardStack asks for. Pure: the same stack and view give the same plan. */
export function planDashboardStack(dashboard: DashboardStack, view: View): Plan {
  const wrong = checkResource(dashboard);
  if (wrong.length > 0) return invalidPlan(dashboard, wrong);
  const links = dashboardLinks(dashboard, view);
  const input = grafanaInput(dashboard, view, links);
  const manifests = grafanaManifests(input);
  const workload = manifests.find(({ kind }) => kind === 'StatefulSet');
  const findings: Finding[] = [
    ...validateGrafana(dashboard.spec),
    ...validateGrafanaSecrets(dashboard.spec, input.owner.namespace, (name) => view.secret(input.owner.namespace, name)),
    ...volumeFindings(workload, 'spec.grafana.storage', view),
  ];
  const unmanaged = dashboard.spec.managementState === 'Unmanaged';
  return {
    ...NOTHING,
    apply: !unmanaged && !findings.some(isFailure),
    rendered: true,
    unmanaged,
    findings,
    observations: [],
    generated: grafanaSecrets(input),
    manifests,
    workloads: [workloadPlan(grafanaComponent(input), 'StatefulSet')],
    wires: links.map((link) => wire(dashboard, link)),
    endpoints: endpoints(input),
    version: input.version,
    storage: 'database on the volume',
    retention: [],
  };
}

export const dashboardStackController = bind(KINDS.DashboardStack.resource, planDashboardStack);
