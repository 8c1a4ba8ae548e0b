import type { Status } from '../api/status.ts';
import type { Size } from '../api/common.ts';
import { type KubeObject, refOf } from '../base/object.ts';
import type { View } from '../base/view.ts';
import type { Stage } from '../components/kit/stage.ts';
import { chosenVersion } from './versions.ts';

interface Resource extends KubeObject {
  status?: Status;
  spec: { size?: Size | undefined; images?: Stage['images']; networkPolicy?: Stage['networkPolicy'] };
}

const WORKLOADS = ['StatefulSet', 'Deployment', 'DaemonSet'];

/** What the components of a resource share. `main`: the component whose version is the version of the resource. */
export function stageOf(resource: Resource, view: View, main: string): Stage {
  const { kind, metadata, spec, status } = resource;
  const owner = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  const child = (type: string, name: string): KubeObject | undefined => view.child(type, owner.namespace, name);
  const live = (component: string): KubeObject | undefined =>
    WORKLOADS.map((type) => child(type, `${owner.name}-${component}`)).find((found) => found !== undefined);
  const recorded = (component: string): string | undefined =>
    component === main ? status?.version : status?.components?.find(({ name }) => name === component)?.version;
  return {
    owner,
    size: spec.size ?? 'small',
    images: spec.images,
    networkPolicy: spec.networkPolicy,
    version: (component, wanted, latest) => chosenVersion(wanted, live(component), recorded(component), latest),
    secret: (name) => view.secret(owner.namespace, name),
    namespaceLabels: view.namespaceLabels(owner.namespace),
    child,
    product: (id) => view.product(refOf(resource), id),
  };
}
