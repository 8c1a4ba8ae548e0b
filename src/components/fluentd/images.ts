import type { Sink } from '../kit/sink.ts';

/**
 * Which image has which plugins. No official one has them all, so the pipeline decides.
 *
 * The plugins of `fluentd-kubernetes-daemonset` were read in the Gemfiles of its repository at v1.19.3-1.1, the tags in its README there
 * (no image was pulled). Those of `fluent-plugin-loki` were read in Loki's Dockerfile at 3.7: it stands on fluent/fluentd and adds
 * out_loki alone. Its releases carry the tags of Loki with the processor (`3.7.6-amd64`), so `main` is the only one for every node.
 */

export type Plugin = 'kubernetes' | 'prometheus' | 'elasticsearch' | 'kafka' | 'loki';

export interface FluentdImage {
  repository: string;
  /** Tag for a version of Fluentd. */
  tag: (version: string) => string;
  plugins: readonly Plugin[];
  /** Users and groups: the images for nodes run as root anyway; the other has a user `fluent`. */
  user: { uid: number; gid: number };
}

/** Last digits of the tags, by Fluentd's version. Of others, the first build: a guess, as the variant for Elasticsearch 9 came with 1.19.3. */
const REVISIONS: Readonly<Record<string, string>> = { '1.19.3': '1.1' };

const DAEMONSET = 'docker.io/fluent/fluentd-kubernetes-daemonset';
const BASE: readonly Plugin[] = ['kubernetes', 'prometheus'];
const USER = { uid: 999, gid: 999 };

const daemonset = (variant: string, more: readonly Plugin[]): FluentdImage => ({
  repository: DAEMONSET,
  tag: (version) => `v${version}-debian-${variant}-${REVISIONS[version] ?? '1.0'}`,
  plugins: [...BASE, ...more],
  user: USER,
});

/** In the order in which they are tried: the smallest that has what is needed comes first. */
export const FLUENTD_IMAGES: readonly FluentdImage[] = [
  daemonset('forward', []),
  daemonset('elasticsearch9', ['elasticsearch']),
  daemonset('kafka2', ['kafka']),
  { repository: 'docker.io/grafana/fluent-plugin-loki', tag: () => 'main', plugins: ['loki'], user: USER },
];

/** Plugin that an output (or an input) needs; forward and http are in Fluentd itself. */
export function pluginFor(sink: Pick<Sink, 'type'>): Plugin[] {
  return sink.type === 'elasticsearch' || sink.type === 'kafka' || sink.type === 'loki' ? [sink.type] : [];
}

/** The image that has all of these plugins, if there is one. */
export const imageWith = (plugins: readonly Plugin[]): FluentdImage | undefined =>
  FLUENTD_IMAGES.find((image) => plugins.every((plugin) => image.plugins.includes(plugin)));
