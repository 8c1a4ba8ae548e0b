/** Where images come from: the product's own name, unless a registry or a whole reference is given. */

export interface ImageOptions {
  /** Whole reference of the component: wins. */
  image?: string | undefined;
  /** Put in place of the first path segment that is a registry, for all images. */
  registry?: string | undefined;
}

/** `docker.io/grafana/loki` + registry `r.example.com/mirror` → `r.example.com/mirror/grafana/loki`. */
export function imageReference(repository: string, tag: string, options: ImageOptions): string {
  if (options.image !== undefined) return options.image;
  if (options.registry === undefined) return `${repository}:${tag}`;
  const [first = '', ...rest] = repository.split('/');
  const path = first.includes('.') || first.includes(':') ? rest.join('/') : repository;
  return `${options.registry.replace(/\/+$/, '')}/${path}:${tag}`;
}
