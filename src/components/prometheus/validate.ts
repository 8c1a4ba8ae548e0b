import type { PrometheusSpec } from '../../api/collectors/prometheus.ts';
import { failure, type Finding } from '../../api/finding.ts';
import { isTree, ownedHits, ownedMessage } from '../kit/merge.ts';
import { versionFindings } from '../kit/versions.ts';
import { PROMETHEUS_OWNED, REPLICA_LABEL } from './config.ts';
import { PROMETHEUS_MINORS } from './defaults.ts';
import { isPair, isServer } from './input.ts';
import { JOB_NAMES } from './jobs.ts';

const PATH = 'spec.collection.prometheus';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Names of external labels: ours may not be set a second time, and a label of a Kubernetes object is no label of Prometheus. */
export const externalLabelFindings = (path: string, labels: Readonly<Record<string, string>> | undefined, ours: readonly string[]): Finding[] =>
  Object.keys(labels ?? {}).flatMap((name) => {
    if (ours.includes(name)) return [failure('PathOwned', path, `${path}: ${name} is set by the operator: remove it, or set clusterName`)];
    if (LABEL_NAME.test(name) && !name.startsWith('__')) return [];
    return [failure('InvalidValue', path, `${path}: ${JSON.stringify(name)} is no label of Prometheus: use letters, digits and _, not beginning with __`)];
  });

/** Keys under which Prometheus takes a secret as text; each has a brother that takes a file. */
const SECRETS = new Set(['password', 'bearer_token', 'credentials', 'client_secret', 'secret_key', 'token']);

/** Secrets that stand in the resource, where everybody who may read it, or its ConfigMap, would see them. */
function secretPaths(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => secretPaths(item, `${path}[${i}]`));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    SECRETS.has(key) && typeof item === 'string' && item !== '' ? [`${path}.${key}`] : secretPaths(item, `${path}.${key}`));
}

const secrets = (spec: PrometheusSpec): Finding[] =>
  [...secretPaths(spec.additionalScrapeConfigs, `${PATH}.additionalScrapeConfigs`), ...secretPaths(spec.config, `${PATH}.config`)].map((path) =>
    failure('InvalidValue', path, `${path}: a secret must not stand in the resource: mount a Secret with podTemplate, and name its file instead`));

function jobName(config: unknown, path: string, taken: readonly unknown[]): Finding[] {
  const name = isTree(config) ? config.job_name : undefined;
  if (typeof name !== 'string' || name === '') return [failure('MissingField', path, `${path} is required: name the job`)];
  return taken.includes(name) ? [failure('InvalidValue', path, `${path}: there is a job ${name} already: give it another name`)] : [];
}

/** Prometheus refuses a file in which two jobs have one name. */
const jobNames = (configs: readonly unknown[]): Finding[] =>
  configs.flatMap((config, i) => {
    const before = configs.slice(0, i).map((other) => (isTree(other) ? other.job_name : undefined));
    return jobName(config, `${PATH}.additionalScrapeConfigs[${i}].job_name`, [...JOB_NAMES, ...before]);
  });

/** Sections that an agent refuses to start with. */
const serverOnly = (spec: PrometheusSpec): Finding[] =>
  ['rule_files', 'alerting', 'remote_read', 'storage']
    .filter((key) => !isServer(spec) && isTree(spec.config) && key in spec.config)
    .map((key) => failure('InvalidValue', `${PATH}.config.${key}`, `${PATH}.config.${key} needs a server: set ${PATH}.mode to server, or remove it`));

const ownedPaths = (spec: PrometheusSpec): Finding[] =>
  ownedHits(spec.config ?? {}, PROMETHEUS_OWNED).map((hit) => failure('PathOwned', `${PATH}.config.${hit.path}`, ownedMessage(`${PATH}.config`, hit)));

export const validatePrometheus = (spec: PrometheusSpec): Finding[] => [
  ...ownedPaths(spec),
  ...serverOnly(spec),
  ...jobNames(spec.additionalScrapeConfigs ?? []),
  ...secrets(spec),
  ...externalLabelFindings(`${PATH}.externalLabels`, spec.externalLabels, [
    ...(spec.clusterName !== undefined || isPair(spec) ? ['cluster'] : []),
    ...(isPair(spec) ? [REPLICA_LABEL] : []),
  ]),
  ...(spec.version === undefined ? [] : versionFindings(`${PATH}.version`, 'Prometheus', spec.version, PROMETHEUS_MINORS)),
];
