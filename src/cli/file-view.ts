import { type KubeObject, nameOf } from '../base/object.ts';
import { secretFacts } from '../base/secret.ts';
import type { SecretFacts, View } from '../base/view.ts';

interface SecretObject extends KubeObject {
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** As the API server would store it: `stringData` becomes part of `data`. */
const stored = ({ data, stringData }: SecretObject): Record<string, string> => {
  const texts = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  return { ...data, ...(Object.fromEntries(texts) as Record<string, string>) };
};

const byName = (a: KubeObject, b: KubeObject): number => {
  const left = `${a.metadata.namespace}/${a.metadata.name}`;
  const right = `${b.metadata.namespace}/${b.metadata.name}`;
  return left < right ? -1 : Number(left > right);
};

/**
 * A set of files as a View. A Secret that is not among them is taken to be complete in the cluster (nobody keeps Secrets
 * beside their resources); one that is, is checked.
 */
export class FileView implements View {
  readonly #objects: readonly KubeObject[];

  constructor(objects: readonly KubeObject[]) {
    this.#objects = [...objects].sort(byName);
  }

  #find(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.find((o) => o.kind === kind && nameOf(o).namespace === namespace && o.metadata.name === name);
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#find(kind, namespace, name);
  }

  list(kind: string): readonly KubeObject[] {
    return this.#objects.filter((object) => object.kind === kind);
  }

  secret(namespace: string, name: string): SecretFacts {
    const found: SecretObject | undefined = this.#find('Secret', namespace, name);
    if (!found) return { state: 'unread' };
    return secretFacts(stored(found));
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    return this.#objects.find((object) => object.kind === 'Namespace' && object.metadata.name === name)?.metadata.labels;
  }

  child(): undefined {
    return undefined;
  }

  product(): undefined {
    return undefined;
  }
}
