import type { Size } from '../../api/common.ts';
import type { KubeObject } from '../../base/object.ts';
import type { ProductFacts, SecretKey } from '../../base/product.ts';
import type { SecretFacts } from '../../base/view.ts';
import type { Peer } from './network.ts';
import type { Owner } from './owner.ts';

/** What all components of one resource share, and what they may know of the cluster. Pure, like everything that takes it. */
export interface Stage {
  owner: Owner;
  size: Size;
  /** spec.images */
  images: { registry?: string | undefined; pullSecrets?: readonly string[] | undefined } | undefined;
  /** spec.networkPolicy */
  networkPolicy: { enabled?: boolean | undefined; from?: readonly object[] | undefined } | undefined;
  /** Version of a component (by the name of its workload's component label): the user's, else the recorded one, else `latest`. */
  version(component: string, wanted: string | undefined, latest: string): string;
  /** A Secret of the own namespace: keys and a hash. */
  secret(name: string): SecretFacts;
  /** Labels of the own namespace. */
  namespaceLabels: Readonly<Record<string, string>> | undefined;
  /** A child as it stands in the cluster. */
  child(kind: string, name: string): KubeObject | undefined;
  /** What a running product of this resource has said. */
  product(id: string): ProductFacts | undefined;
}

/** Peers that a policy lets in beside the wired ones. */
export const extraPeers = (stage: Stage): readonly Peer[] => stage.networkPolicy?.from ?? [];

export const policiesWanted = (stage: Stage): boolean => stage.networkPolicy?.enabled !== false;

/** Hash of a Secret for a pod template, so that pods restart when it changes; empty while it is absent. */
export function secretHash(stage: Stage, name: string | undefined): string {
  const facts = name === undefined ? undefined : stage.secret(name);
  return facts?.state === 'present' ? facts.hash : '';
}

/** Hash of one key of a Secret: of an authority, say, while the leaf beside it is renewed; empty while it is absent. */
export function secretKeyHash(stage: Stage, { secret, key }: SecretKey): string {
  const facts = stage.secret(secret);
  return facts.state === 'present' ? (facts.hashes?.[key] ?? facts.hash) : '';
}

export type { SecretKey };
