import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ETCD, KAFKA, KWOK, LOKI, MIMIR, PROMETHEUS, PROMTAIL, kubernetesVersion } from './versions.ts';

/** How a Go program is built when nobody offers it ready-made. */
export type Build =
  /** As a dependency of an empty module: for modules whose own replacements concern only their checkout. */
  | { how: 'dependency'; module: string; package: string }
  /** Inside the module, with its replacements but for those that point to a folder of the checkout. */
  | { how: 'inside'; module: string; moduleVersion?: string; package: string; tags: readonly string[]; variables: Readonly<Record<string, string>> }
  /** A command of k8s.io/kubernetes, with its staging modules in their released versions. */
  | { how: 'kubernetes'; command: string }
  /** A small program of this repository. */
  | { how: 'local'; folder: string }
  /** A folder of jars with all that they depend on. `group:artifact:version` each. */
  | { how: 'maven'; artifacts: readonly string[] };

/** One file of an official release. */
export interface Release {
  url: string;
  /** Text that holds the SHA-256 in hex, alone or before the file's name; absent where the project publishes none. */
  sums?: string;
  /** The program is a file inside: a path in the tarball, or the only entry of the zip. */
  archive?: 'tar.gz' | 'zip';
}

export interface Recipe {
  name: string;
  /** Without `v`. */
  version: string;
  /** Whether a folder of envtest holds it. */
  envtest: boolean;
  release?: (platform: Platform) => Release | undefined;
  build: Build;
}

/** Operating system and architecture in Go's terms. */
export interface Platform {
  os: string;
  arch: string;
}

const ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export const platform = (): Platform => ({ os: process.platform, arch: ARCH[process.arch] ?? process.arch });

const github = (repo: string, tag: string, file: string): string => `https://github.com/${repo}/releases/download/${tag}/${file}`;

function kubernetes(command: string, envtest: boolean): Recipe {
  const version = kubernetesVersion();
  return {
    name: command,
    version,
    envtest,
    // Servers are released for Linux only.
    release: ({ os, arch }) => {
      if (os !== 'linux' && command !== 'kubectl') return undefined;
      const url = `https://dl.k8s.io/v${version}/bin/${os}/${arch}/${command}`;
      return { url, sums: `${url}.sha256` };
    },
    build: { how: 'kubernetes', command },
  };
}

function etcd(): Recipe {
  const tag = `v${ETCD}`;
  return {
    name: 'etcd',
    version: ETCD,
    envtest: true,
    release: ({ os, arch }) =>
      os === 'linux'
        ? {
            url: github('etcd-io/etcd', tag, `etcd-${tag}-${os}-${arch}.tar.gz`),
            sums: github('etcd-io/etcd', tag, 'SHA256SUMS'),
            archive: 'tar.gz',
          }
        : undefined,
    build: { how: 'dependency', module: 'go.etcd.io/etcd/server/v3', package: '.' },
  };
}

const kwok = (): Recipe => ({
  name: 'kwok',
  version: KWOK,
  envtest: false,
  release: ({ os, arch }) => ({ url: github('kubernetes-sigs/kwok', `v${KWOK}`, `kwok-${os}-${arch}`) }),
  build: { how: 'dependency', module: 'sigs.k8s.io/kwok', package: 'cmd/kwok' },
});

/** A program of Loki's repository. */
function ofLoki(name: 'loki' | 'promtail', version: string, folder: string): Recipe {
  const tag = `v${version}`;
  const build = 'github.com/grafana/loki/v3/pkg/util/build';
  return {
    name,
    version,
    envtest: false,
    release: ({ os, arch }) => ({
      url: github('grafana/loki', tag, `${name}-${os}-${arch}.zip`),
      sums: github('grafana/loki', tag, 'SHA256SUMS'),
      archive: 'zip',
    }),
    build: {
      how: 'inside',
      module: 'github.com/grafana/loki/v3',
      package: folder,
      tags: ['netgo'],
      variables: { [`${build}.Version`]: version, [`${build}.Branch`]: tag },
    },
  };
}

/** Built from source only: there is no release of this commit. */
function mimir(): Recipe {
  const version = 'github.com/grafana/mimir/pkg/util/version';
  const variables = { [`${version}.Version`]: '3.1.0-dev', [`${version}.Revision`]: MIMIR.slice(-12) };
  return {
    name: 'mimir',
    version: MIMIR,
    envtest: false,
    build: { how: 'inside', module: 'github.com/grafana/mimir', package: 'cmd/mimir', tags: ['netgo', 'stringlabels'], variables },
  };
}

/** Only the discoveries that we render are built in: the others multiply the time. */
const PROMETHEUS_TAGS = ['netgo', 'remove_all_sd', 'enable_kubernetes_sd', 'enable_dns_sd', 'enable_http_sd'];

function prometheus(command: 'prometheus' | 'promtool'): Recipe {
  const module = 'github.com/prometheus/prometheus';
  const moduleVersion = PROMETHEUS.replace(/^3\.(\d+)\./, '0.3$1.');
  const variables = { 'github.com/prometheus/common/version.Version': PROMETHEUS };
  return {
    name: command,
    version: PROMETHEUS,
    envtest: false,
    release: ({ os, arch }) => ({
      url: github('prometheus/prometheus', `v${PROMETHEUS}`, `prometheus-${PROMETHEUS}.${os}-${arch}.tar.gz`),
      sums: github('prometheus/prometheus', `v${PROMETHEUS}`, 'sha256sums.txt'),
      archive: 'tar.gz',
    }),
    build: { how: 'inside', module, moduleVersion, package: `cmd/${command}`, tags: PROMETHEUS_TAGS, variables },
  };
}

/** A folder whose `libs` goes onto Java's class path. */
const kafka = (): Recipe => ({
  name: 'kafka',
  version: KAFKA,
  envtest: false,
  build: {
    how: 'maven',
    artifacts: [`org.apache.kafka:kafka_2.13:${KAFKA}`, `org.apache.kafka:kafka-tools:${KAFKA}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3'],
  },
});

/** A program of our own: its version is what it is made of. */
function own(name: 'alloy-check' | 'beats-check'): Recipe {
  const folder = fileURLToPath(new URL(`${name}/`, import.meta.url));
  const hash = createHash('sha256');
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(folder + file));
  return { name, version: hash.digest('hex').slice(0, 12), envtest: false, build: { how: 'local', folder } };
}

const RECIPES = {
  etcd,
  'kube-apiserver': () => kubernetes('kube-apiserver', true),
  'kube-controller-manager': () => kubernetes('kube-controller-manager', false),
  'kube-scheduler': () => kubernetes('kube-scheduler', false),
  kubectl: () => kubernetes('kubectl', true),
  kwok,
  loki: () => ofLoki('loki', LOKI, 'cmd/loki'),
  promtail: () => ofLoki('promtail', PROMTAIL, 'clients/cmd/promtail'),
  mimir,
  prometheus: () => prometheus('prometheus'),
  promtool: () => prometheus('promtool'),
  kafka,
  'alloy-check': () => own('alloy-check'),
  'beats-check': () => own('beats-check'),
} as const satisfies Record<string, () => Recipe>;

export type ProgramName = keyof typeof RECIPES;

export const PROGRAMS = Object.keys(RECIPES) as readonly ProgramName[];

export const isProgram = (name: string): name is ProgramName => Object.hasOwn(RECIPES, name);

/** The recipe in force now: the minor of Kubernetes is read from the environment each time. */
export const recipe = (name: ProgramName): Recipe => RECIPES[name]();
