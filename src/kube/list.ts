import type { KubeObject, ResourceType } from '../base/object.ts';
import { isGone } from './errors.ts';
import type { KubeRequest, Transport } from './http.ts';
import { collectionPath } from './paths.ts';

export interface Selection {
  /** Empty or absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface ListOptions extends Selection {
  metadataOnly?: boolean | undefined;
  signal?: AbortSignal | undefined;
  retry?: boolean;
  /** Called after each page. */
  onPage?: () => void;
}

export interface Listing<T> {
  items: T[];
  resourceVersion: string;
}

interface ListBody {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubeObject[] | null;
}

const PAGE = 500;

const METADATA = 'g=meta.k8s.io;v=v1';
export const ACCEPT_METADATA = `application/json;as=PartialObjectMetadata;${METADATA}`;
export const ACCEPT_METADATA_LIST = `application/json;as=PartialObjectMetadataList;${METADATA}`;

/** Gives an object its own kind back: items of a list carry none, metadata-only ones a generic one. */
export const withKind = (type: ResourceType, object: KubeObject): KubeObject => ({
  ...object,
  apiVersion: type.apiVersion,
  kind: type.kind,
});

/**
 * Everything that is selected, as of one moment, in pages of 500. A continuation that has expired meanwhile (many pages
 * on a busy server) starts over without pages. Each page is parsed, and passed through `map`, by itself.
 */
export async function listAll<T>(
  http: Transport,
  type: ResourceType,
  options: ListOptions,
  map: (object: KubeObject) => T,
): Promise<Listing<T>> {
  try {
    return await pages(http, request(type, options, PAGE), options, (o) => map(withKind(type, o)));
  } catch (error) {
    if (!isGone(error)) throw error;
    return pages(http, request(type, options), options, (o) => map(withKind(type, o)));
  }
}

async function pages<T>(
  http: Transport,
  first: KubeRequest,
  options: ListOptions,
  map: (object: KubeObject) => T,
): Promise<Listing<T>> {
  const items: T[] = [];
  let token: string | undefined;
  let resourceVersion = '';
  do {
    const page: ListBody = await http.request<ListBody>({ ...first, query: { ...first.query, continue: token } });
    for (const item of page.items ?? []) items.push(map(item));
    resourceVersion = page.metadata?.resourceVersion ?? resourceVersion;
    token = page.metadata?.continue;
    options.onPage?.();
  } while (token !== undefined && token !== '');
  return { items, resourceVersion };
}

function request(type: ResourceType, options: ListOptions, limit?: number): KubeRequest {
  return {
    method: 'GET',
    path: collectionPath(type, options.namespace),
    query: { limit, labelSelector: options.labelSelector, fieldSelector: options.fieldSelector },
    accept: options.metadataOnly === true ? ACCEPT_METADATA_LIST : 'application/json',
    signal: options.signal,
    retry: options.retry ?? true,
  };
}
