import { hashText } from '../../base/hash.ts';
import type { ObjectRef } from '../../base/object.ts';
import type { SecretKey } from '../../base/product.ts';

/** A value that Grafana takes from its environment when it reads the file; only made here, never from what users write. */
export class FromSecret {
  /** Name of the environment variable. */
  readonly variable: string;
  readonly source: SecretKey;
  constructor(variable: string, source: SecretKey) {
    this.variable = variable;
    this.source = source;
  }
}

/** A link from a field of this datasource's results to a query on another one. */
export interface Correlation {
  targetUid: string;
  label: string;
  /** Without one, Grafana 9 panics at its start. */
  description: string;
  field: string;
  /** Query on the target; `${field}` stands for the field's value. */
  target: Record<string, unknown>;
}

/** One datasource of Grafana's provisioning file. */
export interface Datasource {
  name: string;
  uid: string;
  type: string;
  url: string;
  jsonData: Record<string, unknown>;
  /** Headers that Grafana's proxy adds; it wants names and values apart, paired by number. */
  headers: Readonly<Record<string, string>>;
  basicAuth?: { user: string; password: FromSecret };
  /** PEM bundle to trust. */
  ca?: FromSecret;
  correlations?: readonly Correlation[];
}

/** Longest UID that Grafana takes. */
const MAX_UID = 40;

/** Stable, and made from the resource alone: renaming a datasource in a UI must not break links to it. */
export function datasourceUid(prefix: string, ref: ObjectRef): string {
  const readable = `${prefix}-${ref.namespace}-${ref.name}`;
  return readable.length <= MAX_UID ? readable : `${prefix}-${hashText(`${ref.kind}/${ref.namespace}/${ref.name}`)}`;
}

/** Environment variable for a secret of a datasource. */
export const variableFor = (uid: string, what: string): string => `DS_${uid.toUpperCase().replaceAll('-', '_')}_${what}`;

/** Grafana expands `$` in values; doubled, it stays what it is. A secret is the one thing that is to be expanded. */
export function escapeDollar(value: unknown): unknown {
  // Without braces: a value that itself holds a `$` is then left alone.
  if (value instanceof FromSecret) return `$${value.variable}`;
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escapeDollar);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeDollar(item)]));
}

/** No `type`: at the root it makes some versions panic, below `config` newer ones ignore it; absent it is a query everywhere. */
const provisionedCorrelation = ({ targetUid, label, description, field, target }: Correlation): object => ({
  targetUID: targetUid, label, description, config: { field, target },
});

const numbered = (prefix: string, values: readonly unknown[]): [string, unknown][] => values.map((value, i) => [`${prefix}${i + 1}`, value]);

/** The half of the settings that Grafana encrypts. */
const secure = ({ headers, basicAuth, ca }: Datasource): Record<string, unknown> => ({
  ...Object.fromEntries(numbered('httpHeaderValue', Object.values(headers))),
  ...(basicAuth ? { basicAuthPassword: basicAuth.password } : {}),
  ...(ca ? { tlsCACert: ca } : {}),
});

function provisioned(source: Datasource): Record<string, unknown> {
  const { basicAuth, ca, correlations = [] } = source;
  const secrets = secure(source);
  return {
    name: source.name,
    uid: source.uid,
    type: source.type,
    access: 'proxy',
    url: source.url,
    editable: false,
    ...(basicAuth ? { basicAuth: true, basicAuthUser: basicAuth.user } : {}),
    jsonData: { ...source.jsonData, ...(ca ? { tlsAuthWithCACert: true } : {}), ...Object.fromEntries(numbered('httpHeaderName', Object.keys(source.headers))) },
    ...(Object.keys(secrets).length > 0 ? { secureJsonData: secrets } : {}),
    ...(correlations.length > 0 ? { correlations: correlations.map(provisionedCorrelation) } : {}),
  };
}

/** The provisioning file: `prune` removes datasources of earlier versions of this file. */
export const datasourcesFile = (sources: readonly Datasource[]): unknown =>
  escapeDollar({ apiVersion: 1, prune: true, datasources: sources.map(provisioned) });

/** Secrets that the datasources take from the environment. */
export const secretsOf = (sources: readonly Datasource[]): FromSecret[] =>
  sources.flatMap(({ basicAuth, ca }) => [...(basicAuth ? [basicAuth.password] : []), ...(ca ? [ca] : [])]);
