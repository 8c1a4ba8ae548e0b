import type { LogStackSpec } from '../../api/logstack.ts';
import type { Peer } from '../kit/network.ts';
import { componentName } from '../kit/owner.ts';
import { part, type Part, workloadPlan } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';
import { ELASTICSEARCH_VERSION } from './defaults.ts';
import { elasticsearchEndpoints } from './endpoints.ts';
import { clusterId, componentOf, type ElasticsearchInput, hasFormed } from './input.ts';
import { elasticsearchWish } from './lifecycle.ts';
import { elasticsearchManifests } from './manifests.ts';
import { elasticsearchSecrets } from './security.ts';
import { validateChange, validateElasticsearch } from './validate.ts';

/** The store of a LogStack with backend elasticsearch. `clients`: pods that talk to it. */
export function elasticsearchPart(stage: Stage, spec: LogStackSpec, clients: readonly Peer[]): Part {
  const version = stage.version('elasticsearch', spec.version, ELASTICSEARCH_VERSION);
  const input: ElasticsearchInput = { owner: stage.owner, version, spec, clients, formed: hasFormed(stage) };
  const component = componentOf(input);
  return part({
    manifests: elasticsearchManifests(input),
    workloads: [workloadPlan(component, 'StatefulSet')],
    findings: [...validateElasticsearch(spec, stage), ...validateChange(spec, version, stage)],
    generated: elasticsearchSecrets(input, clusterId(stage)),
    endpoints: elasticsearchEndpoints(stage.owner),
    products: [elasticsearchWish(stage.owner, spec)],
    volumes: [{ workload: componentName(component), path: 'spec.elasticsearch.storage' }],
  });
}
