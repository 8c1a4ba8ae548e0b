import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_VERSION } from '../../src/base/names.ts';
import { customResourceDefinitions } from '../../src/api/crd/crd.ts';
import { KINDS } from '../../src/api/kinds.ts';
import { type ControlPlane, startControlPlane } from '../controlplane/index.ts';
import { program } from '../programs/program.ts';
import { run } from '../programs/run.ts';
import { CRDS, installCrds } from './installed.ts';

let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane({ audit: false });
}, 180_000);

afterAll(() => plane.stop(), 60_000);

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(await program('kubectl'), ['--kubeconfig', plane.kubeconfig, ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/**
 * kubectl explains from the OpenAPI documents, which the API server publishes some time after a CRD is Established; no watch
 * tells when. Asks again until they are there.
 */
async function explain(path: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await kubectl('explain', path);
    } catch (error) {
      if (tries === 30 || !(error as Error).message.includes("couldn't find resource")) throw error;
      await delay(500);
    }
  }
}

const LOG_STACK = {
  apiVersion: API_VERSION,
  kind: 'LogStack',
  metadata: { name: 'logs' },
  spec: { backend: 'loki', loki: { config: { limits_config: { allow_structured_metadata: null } }, resources: { limits: { cpu: 1, memory: '1Gi' } } } },
};

describe('the CRDs on a real API server', () => {
  it('are accepted, CEL cost included, and become Established', async () => {
    await installCrds(plane.client);
    const names = (await plane.client.list(CRDS)).map(({ metadata }) => metadata.name);
    expect(names).toEqual(customResourceDefinitions().map(({ metadata }) => metadata.name).sort());
  }, 60_000);

  it('are explained by kubectl down to the leaves', async () => {
    const storage = await explain('logstack.spec.storage.s3');
    for (const field of ['bucket', 'endpoint', 'region', 'secretName', 'pathStyle', 'insecure']) expect(storage).toMatch(new RegExp(`^ +${field}\\t<`, 'm'));
    expect(await explain('logstack.spec.storage.s3.bucket')).toContain('Name of the bucket.');
    expect(await explain('lgs.status.conditions.type')).toContain('WiringReady');
    expect(await explain('dashboardstack.spec.grafana.storage.className')).toContain('StorageClass');
  }, 60_000);

  it('offer short names and a category of their own', async () => {
    const listed = await kubectl('api-resources', '--categories=lgtm', '--no-headers');
    for (const { resource, shortName } of Object.values(KINDS)) expect(listed).toMatch(new RegExp(`^${resource.plural} +${shortName} `, 'm'));
  }, 60_000);

  it('store what was given: nulls inside raw objects and numbers as quantities survive', async () => {
    const path = `/apis/${API_VERSION}/namespaces/default/logstacks`;
    const created = await plane.client.post(`${path}?fieldValidation=Strict`, LOG_STACK);
    expect(created.spec).toEqual(LOG_STACK.spec);
  });

  it('say which field breaks a rule', async () => {
    const path = `/apis/${API_VERSION}/namespaces/default/logstacks`;
    const spec = { backend: 'loki', storage: { type: 'filesystem', prefix: 'a' }, loki: { replicas: 3 } };
    const refusal = plane.client.post(path, { ...LOG_STACK, metadata: { name: 'wrong' }, spec });
    await expect(refusal).rejects.toThrow(/spec\.storage\.prefix: .*spec\.loki\.replicas: |spec\.loki\.replicas: .*spec\.storage\.prefix: /);
  });
});
