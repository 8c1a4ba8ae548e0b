import type { StoreStack } from '../../../api/kinds.ts';
import { refOf } from '../../../base/object.ts';
import { datasourceUid } from '../datasource.ts';

/** Name and UID of the datasource of a stack. `product`: how people call it. */
export function identity(stack: StoreStack, product: string): { name: string; uid: string } {
  const ref = refOf(stack);
  return { name: `${ref.namespace}/${ref.name} (${product})`, uid: datasourceUid(product.toLowerCase(), ref) };
}

/** What links to a stack's datasource need to know of it. */
export const sourceOf = (stack: StoreStack): { name: string; uid: string } => identity(stack, productOf(stack));

export function productOf(stack: StoreStack): string {
  if (stack.kind === 'TracingStack') return 'Tempo';
  if (stack.kind === 'MetricsStack') return 'Mimir';
  return 'backend' in stack.spec && stack.spec.backend === 'elasticsearch' ? 'Elasticsearch' : 'Loki';
}

/** The header that names the tenant, while the store asks for one. */
export const tenantHeader = ({ spec: { tenancy } }: StoreStack): Record<string, string> =>
  tenancy?.enabled && tenancy.tenant !== undefined ? { 'X-Scope-OrgID': tenancy.tenant } : {};

export const ownerOf = ({ kind, metadata }: StoreStack): { kind: string; namespace: string; name: string } => ({
  kind, namespace: metadata.namespace ?? '', name: metadata.name,
});
