import { ANNOTATION, LABEL, MANAGER } from '../../base/names.ts';
import type { Manifest } from '../../base/object.ts';

/** The resource that objects are rendered for. */
export interface Owner {
  kind: string;
  namespace: string;
  name: string;
}

/** One component of a resource: `loki` of LogStack `logs`. `name` is the prefix of all of its objects. */
export interface Component {
  owner: Owner;
  /** Last part of the names, and value of the component label: `loki`, `alloy`, `alloy-cluster`. */
  component: string;
  /** The product, for the name label. */
  product: string;
  version: string;
}

export const componentName = (c: Component): string => `${c.owner.name}-${c.component}`;

/** Labels that never change in the life of a workload. */
export const selectorLabels = (c: Component): Record<string, string> => ({
  [LABEL.name]: c.product,
  [LABEL.instance]: c.owner.name,
  [LABEL.component]: c.component,
  [LABEL.ownerKind]: c.owner.kind,
});

export const labels = (c: Component): Record<string, string> => ({
  ...selectorLabels(c),
  [LABEL.managedBy]: MANAGER,
  [LABEL.partOf]: `${c.owner.kind.toLowerCase()}-${c.owner.name}`,
});

/** Labels of objects and pods; the version is left out of selectors and of claim templates, which cannot change. */
export const versionedLabels = (c: Component): Record<string, string> => ({ ...labels(c), [LABEL.version]: c.version });

export interface ObjectOptions {
  /** Appended to the component's name: `headless`. */
  suffix?: string;
  annotations?: Record<string, string>;
}

/** A namespaced object of the component, with its name and labels. */
export function object(c: Component, apiVersion: string, kind: string, options: ObjectOptions = {}): Manifest {
  const name = options.suffix === undefined ? componentName(c) : `${componentName(c)}-${options.suffix}`;
  const annotations = options.annotations && Object.keys(options.annotations).length > 0 ? { annotations: options.annotations } : {};
  return { apiVersion, kind, metadata: { name, namespace: c.owner.namespace, labels: versionedLabels(c), ...annotations } };
}

/**
 * Objects that may outlive their owner (volume claims, generated credentials) must not be adopted or pruned by Argo CD
 * where it tracks by label.
 */
export const SURVIVES: Record<string, string> = {
  'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
  'argocd.argoproj.io/sync-options': 'Prune=false',
};

export { ANNOTATION };
