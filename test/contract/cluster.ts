import type { Manifest } from '../../src/base/object.ts';
import { certificatesSecret, ELASTICSEARCH_USERS, tokensSecret, usersSecret } from '../../src/components/elasticsearch/endpoints.ts';
import type { Dial } from '../../src/dataplane/http.ts';
import { ProductsDataPlane } from '../../src/dataplane/runner.ts';
import type { Timing } from '../../src/dataplane/task.ts';
import type { DataPlaneFactory } from '../../src/engine/products.ts';
import { ApiError, type Client } from '../controlplane/client.ts';
import type { Contract, Users } from './contract.ts';
import { ContractElasticsearch } from './elasticsearch.ts';
import { ContractKibana } from './kibana.ts';
import { serve, type Served } from './serve.ts';

/** What the pods of simulated nodes do not do: answer for Elasticsearch and Kibana, with the certificates and users of the generated Secrets. */

type Product = 'elasticsearch' | 'kibana';

interface Place {
  product: Product;
  namespace: string;
  /** Of the LogStack. */
  name: string;
}

interface House<C extends Contract> {
  contract: C;
  served: Promise<Served>;
  certificate?: string;
}

/** Nobody listens there. */
const NOWHERE = { host: '127.0.0.1', port: 1 };

/** Fast enough for tests; what is 30 s in life is a second here. */
const TIMING: Partial<Timing> = { first: 100, retry: 200, longest: 1_000, well: 1_000, full: 3_000, grace: 1_000 };

function placeOf({ hostname }: URL): Place | undefined {
  const [, name, product, namespace] = /^(.+)-(elasticsearch|kibana)\.([^.]+)\.svc$/.exec(hostname) ?? [];
  return name === undefined || namespace === undefined ? undefined : { product: product as Product, namespace, name };
}

const keyOf = ({ namespace, name }: Omit<Place, 'product'>): string => `${namespace}/${name}`;

const WORKLOADS: Readonly<Record<Product, string>> = { elasticsearch: 'statefulsets', kibana: 'deployments' };

export class ContractCluster {
  readonly #client: Client;
  readonly #elasticsearch = new Map<string, House<ContractElasticsearch>>();
  readonly #kibana = new Map<string, House<ContractKibana>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** The Elasticsearch of a LogStack, also before it has ever been asked. */
  elasticsearch(namespace: string, name: string): ContractElasticsearch {
    return this.#house({ product: 'elasticsearch', namespace, name }).contract as ContractElasticsearch;
  }

  kibana(namespace: string, name: string): ContractKibana {
    return this.#house({ product: 'kibana', namespace, name }).contract as ContractKibana;
  }

  /** For `ManagerOptions.dataPlane`. */
  readonly dataPlane: DataPlaneFactory = (parts) => new ProductsDataPlane({ ...parts, dial: this.dial, timing: TIMING });

  /** A Service leads to pods that are ready, and the pods have read their Secrets. */
  readonly dial: Dial = async (url) => {
    const place = placeOf(url);
    if (place === undefined || !(await this.#isReady(place))) return NOWHERE;
    const house = this.#house(place);
    const served = await house.served;
    await this.#read(place, house, served);
    return served;
  };

  async close(): Promise<void> {
    const houses = [...this.#elasticsearch.values(), ...this.#kibana.values()];
    await Promise.all(houses.map(async ({ served }) => (await served).close()));
  }

  #house(place: Place): House<ContractElasticsearch | ContractKibana> {
    const key = keyOf(place);
    if (place.product === 'kibana') {
      const house = this.#kibana.get(key) ?? opened(new ContractKibana(), false);
      this.#kibana.set(key, house);
      return house;
    }
    const house = this.#elasticsearch.get(key) ?? opened(new ContractElasticsearch(), true);
    this.#elasticsearch.set(key, house);
    return house;
  }

  async #read(place: Place, house: House<ContractElasticsearch | ContractKibana>, served: Served): Promise<void> {
    const owner = { kind: 'LogStack', namespace: place.namespace, name: place.name };
    const users = await this.#secret(place.namespace, usersSecret(owner));
    const tokens = await this.#secret(place.namespace, tokensSecret(owner));
    // Who has set users by hand, for a wrong password, keeps them.
    if (!this.held.has(house.contract)) Object.assign(house.contract.users, usersOf(users, tokens));
    if (place.product === 'kibana') return;
    const { 'tls.crt': cert = '', 'tls.key': key = '' } = await this.#secret(place.namespace, certificatesSecret(owner));
    if (house.certificate === cert) return;
    house.certificate = cert;
    served.present({ cert, key });
  }

  /** Contracts whose users are not those of the Secrets. */
  readonly held = new Set<Contract>();

  async #secret(namespace: string, name: string): Promise<Record<string, string>> {
    const found = await this.#get(`/api/v1/namespaces/${namespace}/secrets/${name}`);
    const data = (found?.['data'] ?? {}) as Record<string, string>;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }

  async #isReady({ product, namespace, name }: Place): Promise<boolean> {
    const found = await this.#get(`/apis/apps/v1/namespaces/${namespace}/${WORKLOADS[product]}/${name}-${product}`);
    return ((found?.['status'] ?? {}) as { readyReplicas?: number }).readyReplicas !== undefined;
  }

  async #get(path: string): Promise<Manifest | undefined> {
    try {
      return await this.#client.get(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }
}

const opened = <C extends Contract>(contract: C, tls: boolean): House<C> => ({ contract, served: serve(contract, tls ? 'later' : undefined) });

function usersOf(users: Readonly<Record<string, string>>, tokens: Readonly<Record<string, string>>): Users {
  const passwords = Object.values(ELASTICSEARCH_USERS).flatMap((user): [string, string][] => (users[user] === undefined ? [] : [[user, users[user]]]));
  return { passwords: Object.fromEntries(passwords), tokens: tokens['kibana'] === undefined ? [] : [tokens['kibana']] };
}
