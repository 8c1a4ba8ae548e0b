import type { Size } from '../../api/common.ts';
import { canonicalQuantity, type Quantity, quantityValue } from '../../api/quantity.ts';

export interface ResourceList {
  cpu?: Quantity | undefined;
  memory?: Quantity | undefined;
  'ephemeral-storage'?: Quantity | undefined;
}

export interface Resources {
  requests?: ResourceList | undefined;
  limits?: ResourceList | undefined;
}

/** What a size sets for one component. */
export interface Profile {
  replicas: number;
  cpu: string;
  memory: string;
  memoryLimit: string;
  volume: string;
}

export type Profiles = Readonly<Record<Size, Profile>>;

const canonicalList = (list: ResourceList): Record<string, string> =>
  Object.fromEntries(
    Object.entries(list)
      .filter((entry): entry is [string, Quantity] => entry[1] !== undefined)
      .map(([key, quantity]) => [key, canonicalQuantity(quantity)]),
  );

const larger = (a: Quantity, b: Quantity): Quantity => (quantityValue(a) >= quantityValue(b) ? a : b);

/**
 * The profile's resources with the user's put over them, key by key. No processor limit: it would throttle. A memory
 * request above the profile's limit lifts that limit, since the API server refuses the contrary.
 */
export function resolveResources(
  profile: Profile,
  over: Resources | undefined,
): { requests: Record<string, string>; limits: Record<string, string> } {
  const memory = larger(profile.memoryLimit, over?.requests?.memory ?? 0);
  return {
    requests: canonicalList({ cpu: profile.cpu, memory: profile.memory, ...over?.requests }),
    limits: canonicalList({ memory, ...over?.limits }),
  };
}
