import type { LogStackSpec } from '../../api/logstack.ts';
import type { ProductObject, ProductWish } from '../../base/product.ts';
import { certificatesSecret, ELASTICSEARCH_USERS, tokensSecret, usersSecret } from '../elasticsearch/endpoints.ts';
import { lifecycleName, type Signal, signalsOf } from '../elasticsearch/lifecycle.ts';
import { ingressUrl } from '../kit/ingress.ts';
import { serviceHost } from '../kit/network.ts';
import { componentName, type Owner } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import { secretKeyHash, type Stage } from '../kit/stage.ts';
import { KIBANA_PORT } from './defaults.ts';
import { kibanaComponent, type KibanaInput } from './input.ts';
import { kibanaManifests, kibanaSecret } from './manifests.ts';
import { validateKibana } from './validate.ts';
import { kibanaVersion } from './version.ts';

/** Address inside the cluster, without a path. */
export const kibanaUrl = (owner: Owner): string =>
  `http://${serviceHost(owner.namespace, componentName(kibanaComponent({ owner, version: '' })), KIBANA_PORT.port)}`;

const TITLES: Readonly<Record<Signal, string>> = { logs: 'Logs', metrics: 'Metrics' };

const dataView = (owner: Owner, signal: Signal): ProductObject => ({
  kind: 'dataView',
  name: lifecycleName(owner, signal),
  body: { title: `${lifecycleName(owner, signal)}-*`, name: `${TITLES[signal]} of ${owner.name}`, timeFieldName: '@timestamp' },
});

const wish = (owner: Owner, spec: LogStackSpec): ProductWish => ({
  id: 'kibana',
  driver: 'kibana',
  namespace: owner.namespace,
  url: kibanaUrl(owner),
  credentials: { user: ELASTICSEARCH_USERS.operator, password: { secret: usersSecret(owner), key: ELASTICSEARCH_USERS.operator } },
  objects: signalsOf(spec).map((signal) => dataView(owner, signal)),
});

/** Kibana, of the stack's own Elasticsearch. */
export function kibanaPart(stage: Stage, spec: LogStackSpec): Part {
  const { owner, size, images, networkPolicy } = stage;
  const kibana = spec.kibana ?? {};
  const read = [{ secret: certificatesSecret(owner), key: 'ca.crt' }, { secret: tokensSecret(owner), key: 'kibana' }];
  const secretsHash = read.map((key) => secretKeyHash(stage, key)).join();
  const input: KibanaInput = { owner, size, images, networkPolicy, version: kibanaVersion(stage, spec.version), spec: kibana, secretsHash };
  const component = kibanaComponent(input);
  return part({
    manifests: kibanaManifests(input),
    workloads: [workloadPlan(component, 'Deployment')],
    findings: validateKibana(kibana, stage),
    generated: [kibanaSecret(input)],
    endpoints: [{ name: 'kibana', url: ingressUrl(kibana.ingress) ?? kibanaUrl(owner) }],
    products: [wish(owner, spec)],
    talkers: [component],
  });
}
