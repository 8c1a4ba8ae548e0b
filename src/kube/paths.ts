import type { NamespacedName, ResourceType } from '../base/object.ts';

/**
 * One segment of a path. An empty or dotted one would address something else, in the worst case the whole collection,
 * so it throws.
 */
function segment(value: string, what: string): string {
  if (value === '' || value === '.' || value === '..') throw new TypeError(`not a ${what}: "${value}"`);
  return encodeURIComponent(value);
}

function groupPath(type: ResourceType): string {
  const [group, version] = type.apiVersion.split('/');
  const root = version === undefined ? ['api', group] : ['apis', group, version];
  return `/${root.map((part) => segment(part ?? '', 'apiVersion')).join('/')}`;
}

/** Path of all objects of a kind; of one namespace when it is given and the kind has namespaces. */
export function collectionPath(type: ResourceType, namespace = ''): string {
  const scope = type.namespaced && namespace !== '' ? `/namespaces/${segment(namespace, 'namespace')}` : '';
  return `${groupPath(type)}${scope}/${segment(type.plural, 'plural')}`;
}

/** Path of one object, or of a subresource of it. Throws TypeError when a name is missing. */
export function objectPath(type: ResourceType, name: NamespacedName, subresource?: string): string {
  if (type.namespaced) segment(name.namespace, `namespace for ${type.kind} ${name.name}`);
  const path = `${collectionPath(type, name.namespace)}/${segment(name.name, `name of a ${type.kind}`)}`;
  return subresource === undefined ? path : `${path}/${segment(subresource, 'subresource')}`;
}
