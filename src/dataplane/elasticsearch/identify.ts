import type { ProductFinding } from '../../base/product.ts';
import { ProductError } from '../errors.ts';
import { findingOf, type Identity, type Visit } from '../driver.ts';

interface Info {
  cluster_uuid?: string;
  version?: { number?: string };
}

interface Health {
  status: string;
}

interface License {
  license?: { status?: string; type?: string; expiry_date?: string };
}

interface Explanation {
  index?: string;
  shard?: number;
  primary?: boolean;
  unassigned_info?: { reason?: string };
  allocate_explanation?: string;
}

/** A node that has not joined a cluster has no UUID yet. */
const NO_CLUSTER = '_na_';
/** How long a node may look for its master before it answers 503. */
const WAIT = 'master_timeout=5s';

type Facts = Record<string, string>;

function explained({ index, shard, primary, unassigned_info: info, allocate_explanation: words }: Explanation): string {
  const which = primary === true ? 'primary' : 'replica';
  return `${which} shard ${shard ?? 0} of ${index ?? 'an index'} is unassigned (${info?.reason ?? 'unknown'}): ${words ?? 'no explanation'}`;
}

/** Why it is red; that there is nothing to explain any more is a 400. */
async function explanation({ client, memory }: Visit): Promise<string> {
  try {
    memory.explanation ??= explained(await client.ask<Explanation>({ path: `/_cluster/allocation/explain?${WAIT}` }));
    return memory.explanation;
  } catch (error) {
    if (error instanceof ProductError && error.trouble === 'invalid') return 'it recovers';
    throw error;
  }
}

async function health(visit: Visit, facts: Facts, findings: ProductFinding[]): Promise<void> {
  const { client, wish, memory } = visit;
  const { status } = await client.ask<Health>({ path: `/_cluster/health?${WAIT}` });
  facts['health'] = status;
  if (status !== 'red') {
    memory.explanation = undefined;
    return;
  }
  const why = await explanation(visit);
  findings.push(findingOf('ProductUnhealthy', wish.id, `${wish.id} is red, some of its data cannot be read or written: ${why}`));
}

async function license({ client, wish, memory }: Visit, facts: Facts, findings: ProductFinding[]): Promise<void> {
  const { license: found } = (await client.find<License>('/_license')) ?? {};
  if (found?.type === undefined || found.status === undefined) return;
  facts['license'] = `${found.type} ${found.status}`;
  memory.expired = found.status === 'expired';
  if (!memory.expired) return;
  const since = found.expiry_date === undefined ? '' : ` since ${found.expiry_date}`;
  const what = `the ${found.type} license of ${wish.id} has expired${since}`;
  findings.push(findingOf('ProductLicenseExpired', wish.id, `${what}: install a new one, or go back to the free one with POST /_license/start_basic?acknowledge=true`));
}

/** An expired license closes even the health API; who it is and what it holds can be had all the same. */
async function healthOrLicense(visit: Visit, facts: Facts, findings: ProductFinding[]): Promise<void> {
  const asked = visit.full || visit.memory.expired;
  if (asked) await license(visit, facts, findings);
  try {
    await health(visit, facts, findings);
  } catch (error) {
    if (!(error instanceof ProductError) || error.trouble !== 'license') throw error;
    if (!asked) await license(visit, facts, findings);
  }
}

/** Who it is, and how it is. */
export async function identify(visit: Visit): Promise<Identity> {
  const info = await visit.client.ask<Info>({ path: '/' });
  const facts: Facts = {};
  const findings: ProductFinding[] = [];
  if (info.version?.number !== undefined) facts['version'] = info.version.number;
  const uuid = info.cluster_uuid ?? NO_CLUSTER;
  if (uuid === NO_CLUSTER) return { facts, ready: false, findings };
  facts['uuid'] = uuid;
  await healthOrLicense(visit, facts, findings);
  return { facts, ready: true, findings };
}
