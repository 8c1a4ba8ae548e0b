import type { V1PersistentVolumeClaim, V1PodTemplateSpec } from '@kubernetes/client-node';
import { canonicalQuantity, type Quantity } from '../../api/quantity.ts';
import { ANNOTATION } from '../../base/names.ts';
import type { KubeObject, Manifest } from '../../base/object.ts';
import { type Component, componentName, labels, object, selectorLabels, SURVIVES } from './owner.ts';

export interface ClaimInput {
  name: string;
  size: Quantity;
  className?: string | undefined;
}

/** A claim template. It cannot be changed later, so nothing that may change (the version) is on it. */
const claimTemplate = (component: Component, claim: ClaimInput): V1PersistentVolumeClaim => ({
  metadata: { name: claim.name, labels: labels(component), annotations: { ...SURVIVES } },
  spec: {
    accessModes: ['ReadWriteOnce'],
    ...(claim.className === undefined ? {} : { storageClassName: claim.className }),
    resources: { requests: { storage: canonicalQuantity(claim.size) } },
  },
});

export interface StatefulSetInput {
  replicas: number;
  template: V1PodTemplateSpec;
  claims: readonly ClaimInput[];
}

/** A StatefulSet behind the headless Service `<name>-headless`; its claims stay whatever happens to it. */
export function statefulSet(component: Component, input: StatefulSetInput): Manifest {
  return {
    ...object(component, 'apps/v1', 'StatefulSet', { annotations: { [ANNOTATION.replicas]: String(input.replicas) } }),
    spec: {
      serviceName: `${componentName(component)}-headless`,
      replicas: input.replicas,
      revisionHistoryLimit: 5,
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: selectorLabels(component) },
      template: input.template,
      ...(input.claims.length > 0 ? { volumeClaimTemplates: input.claims.map((claim) => claimTemplate(component, claim)) } : {}),
    },
  };
}

/**
 * Replicas that a StatefulSet was given by us. Somebody may have changed one of the two places where they stand, which is to be
 * repaired and no reason to refuse anything: the lower number counts.
 */
export function appliedReplicas(live: KubeObject | undefined): number | undefined {
  const replicas = (live as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
  const noted = Number(live?.metadata.annotations?.[ANNOTATION.replicas]);
  if (replicas === undefined || !Number.isInteger(noted)) return replicas;
  return Math.min(replicas, noted);
}

/** A DaemonSet that replaces a tenth of its pods at a time. */
export function daemonSet(component: Component, template: V1PodTemplateSpec): Manifest {
  return {
    ...object(component, 'apps/v1', 'DaemonSet'),
    spec: {
      revisionHistoryLimit: 5,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      selector: { matchLabels: selectorLabels(component) },
      template,
    },
  };
}

/** A Deployment. `replicas` pods, one more while it is updated. */
export function deployment(component: Component, input: { replicas: number; template: V1PodTemplateSpec }): Manifest {
  return {
    ...object(component, 'apps/v1', 'Deployment'),
    spec: {
      replicas: input.replicas,
      revisionHistoryLimit: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: selectorLabels(component) },
      template: input.template,
    },
  };
}
