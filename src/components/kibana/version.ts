import { LABEL } from '../../base/names.ts';
import type { KubeObject } from '../../base/object.ts';
import { componentName } from '../kit/owner.ts';
import type { Stage } from '../kit/stage.ts';
import { ELASTICSEARCH_VERSION } from '../elasticsearch/defaults.ts';
import { elasticsearchComponent } from '../elasticsearch/endpoints.ts';
import { kibanaComponent } from './input.ts';

interface Rolling extends KubeObject {
  spec: { replicas: number };
  status?: { observedGeneration?: number; updatedReplicas?: number; readyReplicas?: number };
}

const versionOf = (live: KubeObject | undefined): string | undefined => live?.metadata.labels?.[LABEL.version];

/** Every node is of the newest revision, and back. */
function hasRolled({ metadata, spec, status }: Rolling): boolean {
  const { observedGeneration, updatedReplicas, readyReplicas } = status ?? {};
  return observedGeneration === metadata.generation && updatedReplicas === spec.replicas && readyReplicas === spec.replicas;
}

/** The version of the stack; one that runs follows only after Elasticsearch has, for it refuses to talk to older nodes. */
export function kibanaVersion(stage: Stage, wanted: string | undefined): string {
  const version = stage.version('elasticsearch', wanted, ELASTICSEARCH_VERSION);
  const at = { owner: stage.owner, version };
  const running = versionOf(stage.child('Deployment', componentName(kibanaComponent(at))));
  const nodes = stage.child('StatefulSet', componentName(elasticsearchComponent(at))) as Rolling | undefined;
  if (running === undefined || running === version) return version;
  return nodes && versionOf(nodes) === version && hasRolled(nodes) ? version : running;
}
