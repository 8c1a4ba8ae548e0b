import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ProductFacts, wishHash } from '../../src/base/product.ts';
import { ProductsDataPlane } from '../../src/dataplane/runner.ts';
import { exchange } from '../../src/dataplane/http.ts';
import { realClock } from '../../src/kube/clock.ts';
import { silentLog } from '../../src/kube/log.ts';
import { authorityCertificate, issuerOf, leafCertificate } from '../../src/keys/x509.ts';
import { elasticsearchWish, KEY, REF } from './bench.ts';
import { ContractElasticsearch } from './elasticsearch.ts';
import { type Identity, serve, type Served } from './serve.ts';

/** Real sockets and real TLS, to the name of a Service that no resolver knows. */

const HOST = 'logs-elasticsearch.obs.svc';
const DAY_MS = 86_400_000;

class Authority {
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  readonly cert = authorityCertificate('logs', this.#key, { from: Date.now() - 9 * DAY_MS, to: Date.now() + DAY_MS });

  /** A server's certificate that ends in so many ms. */
  server(host: string, ms = DAY_MS): Identity {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const options = { from: Date.now() - 2 * DAY_MS, to: Date.now() + ms, names: [host], use: ['serverAuth'] as const };
    const cert = leafCertificate({ commonName: host, publicKey }, options, issuerOf(new X509Certificate(this.cert), this.#key));
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
}

const authority = new Authority();
const good = authority.server(HOST);
const expired = authority.server(HOST, -60_000);

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function served(identity: Identity | undefined, es = new ContractElasticsearch()): Promise<Served> {
  const server = await serve(es, identity);
  closers.push(server.close);
  return server;
}

async function ask(server: Served, ca = authority.cert): Promise<number> {
  const to = exchange({ url: elasticsearchWish().url, ca, clock: realClock, dial: () => server });
  closers.push(to.close);
  const headers = { authorization: `Basic ${Buffer.from('lgtm-operator:secret').toString('base64')}` };
  const answer = await to.send({ method: 'GET', path: '/', headers }, new AbortController().signal);
  return answer.status;
}

describe('a product over TLS', () => {
  it('is trusted by the CA and the name of its Service, wherever it is', async () => {
    expect(await ask(await served(good))).toBe(200);
  });

  it.each<[string, Identity | undefined, string, RegExp]>([
    ['another CA', good, new Authority().cert, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|CERT_SIGNATURE_FAILURE/],
    ['another name', authority.server('elsewhere.obs.svc'), authority.cert, /Cert does not contain a DNS name \(ERR_TLS_CERT_ALTNAME_INVALID\)|ERR_TLS_CERT_ALTNAME_INVALID/],
    ['an expired certificate', expired, authority.cert, /certificate has expired \(CERT_HAS_EXPIRED\)/],
    ['no TLS at all', undefined, authority.cert, /no TLS connection comes about/],
  ])('is not trusted with %s', async (_case, identity, ca, message) => {
    await expect(ask(await served(identity), ca)).rejects.toMatchObject({ name: 'ProductError', trouble: 'certificate', message: expect.stringMatching(message) });
  });

  it('that is not there is down, no more', async () => {
    const server = await serve(new ContractElasticsearch(), good);
    await server.close();
    await expect(ask(server)).rejects.toMatchObject({ trouble: 'network', message: 'ECONNREFUSED' });
  });
});

describe('the data plane over TLS', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const secrets: Record<string, Record<string, string>> = {
    'logs-elasticsearch-certs': { 'ca.crt': base64(authority.cert) },
    'logs-elasticsearch-users': { 'lgtm-operator': base64('secret') },
  };

  function start(server: Served): ProductsDataPlane {
    const timing = { first: 1, retry: 20, longest: 20, well: 20, grace: 0 };
    const plane = new ProductsDataPlane({ secret: ({ name }) => Promise.resolve(secrets[name]), clock: realClock, log: silentLog, dial: () => server, timing });
    closers.push(() => plane.close());
    return plane;
  }

  const seen = (plane: ProductsDataPlane, predicate: (facts: ProductFacts) => boolean): Promise<ProductFacts> =>
    new Promise((resolve) => {
      const look = (): void => {
        const facts = plane.facts(REF, 'elasticsearch');
        if (facts !== undefined && predicate(facts)) resolve(facts);
      };
      plane.onChange(look);
      look();
    });

  it('puts everything in force, sees a certificate that expires, and one that is renewed', async () => {
    const es = new ContractElasticsearch();
    const server = await served(good, es);
    const plane = start(server);
    plane.set(KEY, [elasticsearchWish()]);
    await seen(plane, ({ applied }) => applied === wishHash(elasticsearchWish()));
    expect(es.state.streams.has('logs-app-default')).toBe(true);
    server.present(expired);
    server.cut();
    const { findings } = await seen(plane, (facts) => facts.findings.length > 0);
    expect(findings[0]).toMatchObject({ code: 'ProductCertificate' });
    expect(findings[0]?.message).toBe(
      `the certificate of elasticsearch at https://${HOST}:9200 cannot be trusted, renew it or let it be signed by the CA in Secret obs/logs-elasticsearch-certs (key ca.crt): certificate has expired (CERT_HAS_EXPIRED)`,
    );
    server.present(good);
    expect(await seen(plane, ({ state }) => state === 'reachable')).toMatchObject({ findings: [] });
  });

  it('says so when the CA is none', async () => {
    const server = await served(good);
    secrets['logs-elasticsearch-certs'] = { 'ca.crt': base64('-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n') };
    const plane = start(server);
    plane.set(KEY, [elasticsearchWish()]);
    const facts = await seen(plane, ({ findings }) => findings.length > 0);
    expect(facts.findings[0]?.code).toBe('ProductCertificate');
  });
});
