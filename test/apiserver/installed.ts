import { API_VERSION } from '../../src/base/names.ts';
import { customResourceDefinitions } from '../../src/api/crd/crd.ts';
import type { KindDefinition } from '../../src/api/kinds.ts';
import { ApiError, type Client } from '../controlplane/index.ts';

/** Our CRDs on a real API server, and what it says to objects of our kinds. */

export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Condition {
  type: string;
  status: string;
}

/** Creates every CRD and waits until the API server serves it. */
export async function installCrds(client: Client): Promise<void> {
  for (const crd of customResourceDefinitions()) {
    await client.post(CRDS, crd);
    await client.until(CRDS, crd.metadata.name, ({ status }) => {
      const conditions = (status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
      return conditions.some(({ type, status: value }) => type === 'Established' && value === 'True');
    });
  }
}

export interface Verdict {
  accepted: boolean;
  /** What the API server said when it refused. */
  reason: string;
}

const collection = ({ resource }: KindDefinition): string => `/apis/${API_VERSION}/namespaces/default/${resource.plural}`;

async function verdict(attempt: () => Promise<unknown>): Promise<Verdict> {
  try {
    await attempt();
    return { accepted: true, reason: '' };
  } catch (error) {
    // 400: not decodable or an unknown field; 422: invalid. Anything else says nothing about the object.
    if (error instanceof ApiError && (error.status === 400 || error.status === 422)) return { accepted: false, reason: error.message };
    throw error;
  }
}

/** Whether the API server would create it, under strict validation. */
export const dryRun = (client: Client, kind: KindDefinition, object: object): Promise<Verdict> =>
  verdict(() => client.post(`${collection(kind)}?fieldValidation=Strict&dryRun=All`, object));

/** Whether the API server does create it; what was created is deleted again. */
export async function realCreate(client: Client, kind: KindDefinition, object: object): Promise<Verdict> {
  return verdict(async () => {
    const created = await client.post(`${collection(kind)}?fieldValidation=Strict`, object);
    await client.delete(`${collection(kind)}/${created.metadata.name}`);
  });
}
