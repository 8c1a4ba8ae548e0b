import { failure, type Finding, warning } from '../../api/finding.ts';
import type { TracingStackSpec } from '../../api/tracingstack.ts';
import { isTree, ownedHits, ownedMessage } from '../kit/merge.ts';
import { versionFindings } from '../kit/versions.ts';
import { TEMPO_OWNED } from './config.ts';
import { TEMPO_MINORS } from './defaults.ts';
import type { RemoteWrite } from './input.ts';

const PATH = 'spec.tempo.config';

/** A raw config may not set what a typed field owns: the two would contradict each other unseen. */
const ownedPaths = (spec: TracingStackSpec): Finding[] =>
  ownedHits(spec.tempo?.config ?? {}, TEMPO_OWNED).map(({ path, field }) => failure('PathOwned', `${PATH}.${path}`, ownedMessage(PATH, { path, field })));

/** What Tempo 3 knows directly below `overrides`; everything else there is of the flat form, with which it does not start. */
const OVERRIDES_KEYS = ['defaults', 'user_configurable_overrides', 'per_tenant_override_config', 'per_tenant_override_period', 'enable_legacy_overrides'];

function flatOverrides({ tempo }: TracingStackSpec): Finding[] {
  const overrides = tempo?.config?.overrides;
  if (!isTree(overrides)) return [];
  return Object.keys(overrides)
    .filter((key) => !OVERRIDES_KEYS.includes(key))
    .map((key) => failure('InvalidOverride', `${PATH}.overrides.${key}`, `${PATH}.overrides.${key}: Tempo 3 knows no such key: write limits below overrides.defaults, in groups such as ingestion and read`));
}

/** Where both ends have tenants, Tempo writes as its own; the dashboards read the metrics as the one that the store names. */
export function tenantMismatch({ tenancy }: TracingStackSpec, remoteWrite: RemoteWrite | undefined): Finding[] {
  const path = 'spec.tenancy.tenant';
  if (!tenancy?.enabled || !remoteWrite?.tenancy || tenancy.tenant === remoteWrite.tenant) return [];
  const message = `${path}: metrics of tenant ${tenancy.tenant} go to the tenant of that name, and the dashboards read metrics as ${remoteWrite.tenant}: name the same tenant in both stacks`;
  return [warning('TenantMismatch', path, message)];
}

/** What can be said of the spec alone. */
export const validateTempo = (spec: TracingStackSpec): Finding[] => [
  ...ownedPaths(spec),
  ...flatOverrides(spec),
  ...(spec.version === undefined ? [] : versionFindings('spec.version', 'Tempo', spec.version, TEMPO_MINORS)),
];
