import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prometheus, type PrometheusSpec } from '../../src/api/collectors/prometheus.ts';
import { structural } from '../../src/api/crd/structural.ts';
import { prometheusPart } from '../../src/components/prometheus/part.ts';
import { dataOf, manifestNamed, stage } from '../../src/testing/resources.ts';
import { values } from '../apiserver/arbitraries.ts';
import { OBTAIN_MS, program } from '../programs/program.ts';
import { exampleFiles, readGolden } from './rendered.ts';

const execute = promisify(execFile);
const GOLDEN = new URL('../../src/components/prometheus/golden/', import.meta.url);
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const TARGET = { pushUrl: 'http://metrics-mimir.obs.svc:8080/api/v1/push', tenant: 'team', ha: true };

/** The real promtool reads every configuration that we render, as an agent where it is one. */
describe('Prometheus', () => {
  let promtool: string;
  let folder: string;

  beforeAll(async () => {
    promtool = await program('promtool');
    folder = await mkdtemp(join(tmpdir(), 'lgtm-prometheus-'));
    // promtool looks for the files that a configuration names.
    for (const name of ['token', 'ca.crt']) await writeFile(join(folder, name), 'x');
  }, OBTAIN_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function check(text: string, mode: 'agent' | 'server'): Promise<string> {
    const path = join(folder, 'prometheus.yml');
    await writeFile(path, text.replaceAll(SERVICE_ACCOUNT, folder));
    const { stdout } = await execute(promtool, ['check', 'config', ...(mode === 'agent' ? ['--agent'] : []), path]);
    return stdout;
  }

  const modeOf = (text: string): 'agent' | 'server' => (text.includes('evaluation_interval:') ? 'server' : 'agent');

  it('accepts every golden file', async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name.endsWith('.yaml') && !name.endsWith('.objects.yaml'));
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      const text = await readGolden(GOLDEN, name);
      expect(await check(text, modeOf(text))).toContain('SUCCESS');
    }
  });

  it('accepts what every example renders', async () => {
    for (const { text } of await exampleFiles('prometheus.yml')) expect(await check(text, modeOf(text))).toContain('SUCCESS');
  });

  it('accepts 60 specs drawn from the schema', async () => {
    const specs = values(structural(prometheus)).map((value) => ({ ...(value as PrometheusSpec), config: undefined, additionalScrapeConfigs: undefined }));
    const parts = fc
      .sample(specs.filter((spec) => prometheus.safeParse(spec).success), { numRuns: 200, seed: 11 })
      .map((spec) => ({ spec, part: prometheusPart(stage(), spec, TARGET) }))
      .filter(({ part }) => part.findings.length === 0)
      .slice(0, 60);
    expect(parts).toHaveLength(60);
    for (const { spec, part } of parts) {
      const text = dataOf(manifestNamed(part.manifests, 'ConfigMap', 'logs-prometheus'), 'prometheus.yml');
      expect(await check(text, spec.mode ?? 'agent')).toContain('SUCCESS');
    }
  }, 60_000);

  it('refuses sections of a server in an agent', async () => {
    await expect(check(await readGolden(GOLDEN, 'server-pair.yaml'), 'agent')).rejects.toThrow('not allowed in agent mode');
  });

  it.each([
    ['global', (text: string) => text.replace('scrape_interval: 15s', 'scrape_interval: 15x')],
    ['external_labels', (text: string) => text.replace('    region: eu', '    region: [eu]')],
    ['storage', (text: string) => text.replace('time: 12h', 'time: 12 hours')],
    ['a discovery', (text: string) => text.replace('role: node', 'role: nodes')],
    ['a selector', (text: string) => text.replace('label: app.kubernetes.io/managed-by=lgtm-operator', "label: 'a=b,'")],
    ['relabelling', (text: string) => text.replace('action: keep', 'action: keeps')],
    ['a regular expression', (text: string) => text.replace('regex: Succeeded|Failed', 'regex: (Succeeded')],
    ['names of jobs', (text: string) => text.replace('job_name: static', 'job_name: kubelet')],
    ['access', (text: string) => text.replace('credentials_file:', 'credential_file:')],
    ['tls', (text: string) => text.replace('server_name: kubernetes', 'servername: kubernetes')],
    ['remote_write', (text: string) => text.replace('send_exemplars:', 'send_exemplar:')],
    ['headers', (text: string) => text.replace('X-Scope-OrgID: team', 'Authorization: team')],
    ['queue_config', (text: string) => text.replace('retry_on_http_429: true', 'retry_on_http_429: often')],
    ['write_relabel_configs', (text: string) => text.replace('regex: obs-metrics', 'regex: obs-(metrics')],
    ['a section of its own', (text: string) => text.replace('remote_write:', 'remote_writes:')],
  ])('refuses a mistake in %s', async (_name, spoil) => {
    const good = await readGolden(GOLDEN, 'server-pair.yaml');
    const bad = spoil(good);
    expect(bad).not.toBe(good);
    await expect(check(bad, 'server')).rejects.toThrow();
  });
});
