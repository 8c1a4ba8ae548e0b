import { hashText } from '../../base/hash.ts';
import type { ObjectRef } from '../../base/object.ts';

/** One datasource of Grafana's provisioning file. */
export interface Datasource {
  name: string;
  uid: string;
  type: string;
  url: string;
  jsonData: Record<string, unknown>;
  /** Headers that Grafana's proxy adds; it wants names and values apart, paired by number. */
  headers: Readonly<Record<string, string>>;
}

/** Longest UID that Grafana takes. */
const MAX_UID = 40;

/** Stable, and made from the resource alone: renaming a datasource in a UI must not break links to it. */
export function datasourceUid(prefix: string, ref: ObjectRef): string {
  const readable = `${prefix}-${ref.namespace}-${ref.name}`;
  return readable.length <= MAX_UID ? readable : `${prefix}-${hashText(`${ref.kind}/${ref.namespace}/${ref.name}`)}`;
}

/** Grafana expands `$` in values; doubled, it stays what it is. */
export function escapeDollar(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escapeDollar);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeDollar(item)]));
}

function provisioned(source: Datasource): Record<string, unknown> {
  const headers = Object.entries(source.headers);
  const names = Object.fromEntries(headers.map(([name], i) => [`httpHeaderName${i + 1}`, name]));
  const values = Object.fromEntries(headers.map(([, value], i) => [`httpHeaderValue${i + 1}`, value]));
  return {
    name: source.name,
    uid: source.uid,
    type: source.type,
    access: 'proxy',
    url: source.url,
    editable: false,
    jsonData: { ...source.jsonData, ...names },
    ...(headers.length > 0 ? { secureJsonData: values } : {}),
  };
}

/** The provisioning file: `prune` removes datasources of earlier versions of this file. */
export const datasourcesFile = (sources: readonly Datasource[]): unknown =>
  escapeDollar({ apiVersion: 1, prune: true, datasources: sources.map(provisioned) });
