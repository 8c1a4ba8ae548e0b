import type { V1Container, V1PodSpec, V1PodTemplateSpec, V1SecurityContext, V1Volume } from '@kubernetes/client-node';
import { canonicalQuantity, type Quantity } from '../../api/quantity.ts';
import { isTree, type Tree } from './merge.ts';
import { ANNOTATION, type Component, componentName, selectorLabels, versionedLabels } from './owner.ts';
import { strategicMerge } from './strategic.ts';

/** What users may override on the pods of every component (src/api/common.ts, componentOverrides). */
export interface PodOverrides {
  nodeSelector?: Record<string, string> | undefined;
  tolerations?: readonly object[] | undefined;
  affinity?: object | undefined;
  topologySpreadConstraints?: readonly object[] | undefined;
  priorityClassName?: string | undefined;
  labels?: Record<string, string> | undefined;
  annotations?: Record<string, string> | undefined;
  podTemplate?: object | undefined;
}

/** Version of the shape that our renderers give to pods. Raised when a change of ours would restart them. */
export const RENDER_VERSION = 1;

/**
 * `restricted` meets the Pod Security Standard of that name. `node` reads log files of its node: hostPath and root, and
 * nothing more (no capability, no privilege escalation).
 */
export type Privileges = 'restricted' | 'node';

export interface PodInput {
  component: Component;
  overrides: PodOverrides;
  pullSecrets?: readonly string[] | undefined;
  /** Hash of the configuration that needs a restart. */
  configHash: string;
  /** The main container. Its own `securityContext` is merged over the restricted one. */
  container: V1Container;
  initContainers?: readonly V1Container[];
  sidecars?: readonly V1Container[];
  volumes: V1Volume[];
  privileges?: Privileges;
  user: { uid: number; gid: number };
  /** Only pods that talk to the API server get a token. */
  mountToken?: boolean;
  graceSeconds: number;
  /** What a collector on the node may need beside files: `hostNetwork`, `hostPID`, `dnsPolicy`. */
  pod?: Partial<V1PodSpec>;
}

const CONTAINER_SECURITY: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

const podSecurity = ({ privileges, user }: PodInput): V1PodSpec['securityContext'] => ({
  runAsUser: user.uid,
  runAsGroup: user.gid,
  ...(privileges === 'node' ? {} : { runAsNonRoot: true, fsGroup: user.gid, fsGroupChangePolicy: 'OnRootMismatch' }),
  seccompProfile: { type: 'RuntimeDefault' },
});

/** Pods of one component on different nodes where there are several nodes: preferred, so that one node also does. */
const spreadOverNodes = (component: Component): V1PodSpec['affinity'] => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selectorLabels(component) } } },
    ],
  },
});

const isQuantity = (value: unknown): value is Quantity => typeof value === 'string' || typeof value === 'number';

const canonicalList = (list: unknown): unknown =>
  isTree(list) ? Object.fromEntries(Object.entries(list).map(([name, q]) => [name, isQuantity(q) ? canonicalQuantity(q) : q])) : list;

function canonicalContainer(container: unknown): unknown {
  if (!isTree(container) || !isTree(container.resources)) return container;
  const resources = Object.entries(container.resources).map(([key, list]): [string, unknown] => [key, canonicalList(list)]);
  return { ...container, resources: Object.fromEntries(resources) };
}

/** Quantities in the form that the server stores. What is no list of containers stays as it is, for the server to refuse. */
function canonicalSpec(spec: unknown): unknown {
  if (!isTree(spec)) return spec;
  const lists = ['containers', 'initContainers'].flatMap((key): [string, unknown][] => {
    const list = spec[key];
    return Array.isArray(list) ? [[key, list.map(canonicalContainer)]] : [];
  });
  return { ...spec, ...Object.fromEntries(lists) };
}

/** Merges the user's pod template, which may be anything; the labels that the selector needs stay. */
function withUserTemplate(template: V1PodTemplateSpec, input: PodInput): V1PodTemplateSpec {
  if (input.overrides.podTemplate === undefined) return template;
  const merged = strategicMerge(template as Tree, input.overrides.podTemplate as Tree);
  const metadata = isTree(merged.metadata) ? merged.metadata : {};
  const labels = { ...(isTree(metadata.labels) ? metadata.labels : {}), ...selectorLabels(input.component) };
  return { ...merged, metadata: { ...metadata, labels }, spec: canonicalSpec(merged.spec) } as V1PodTemplateSpec;
}

function scheduling({ component, overrides: o }: PodInput): Partial<V1PodSpec> {
  return {
    affinity: (o.affinity) ?? spreadOverNodes(component),
    ...(o.nodeSelector ? { nodeSelector: o.nodeSelector } : {}),
    ...(o.tolerations ? { tolerations: [...o.tolerations] } : {}),
    ...(o.topologySpreadConstraints
      ? { topologySpreadConstraints: o.topologySpreadConstraints as V1PodSpec['topologySpreadConstraints'] }
      : {}),
    ...(o.priorityClassName ? { priorityClassName: o.priorityClassName } : {}),
  };
}

const secured = (container: V1Container): V1Container => ({ ...container, securityContext: { ...CONTAINER_SECURITY, ...container.securityContext } });

/** The pod template of a component, with the user's overrides in it. */
export function podTemplate(input: PodInput): V1PodTemplateSpec {
  const { component, overrides } = input;
  const template: V1PodTemplateSpec = {
    metadata: {
      labels: { ...overrides.labels, ...versionedLabels(component) },
      annotations: {
        ...overrides.annotations,
        [ANNOTATION.configHash]: input.configHash,
        [ANNOTATION.renderVersion]: String(RENDER_VERSION),
      },
    },
    spec: {
      serviceAccountName: componentName(component),
      automountServiceAccountToken: input.mountToken ?? false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: input.graceSeconds,
      securityContext: podSecurity(input),
      ...scheduling(input),
      ...(input.pullSecrets && input.pullSecrets.length > 0 ? { imagePullSecrets: input.pullSecrets.map((name) => ({ name })) } : {}),
      ...(input.initContainers && input.initContainers.length > 0 ? { initContainers: input.initContainers.map(secured) } : {}),
      containers: [input.container, ...(input.sidecars ?? [])].map(secured),
      volumes: input.volumes,
      ...input.pod,
    },
  };
  return withUserTemplate(template, input);
}
