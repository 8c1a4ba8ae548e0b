import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWith } from './describe.ts';
import { findSum } from './download.ts';
import { ProgramError, findProgram, program } from './program.ts';
import { isProgram, platform, recipe } from './recipes.ts';
import { run } from './run.ts';
import { ALLOY_SYNTAX, KUBERNETES_MINORS, kubernetesVersion } from './versions.ts';
import { unzipOnly } from './zip.ts';

const environment = { ...process.env };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-'));
});

afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  await rm(folder, { recursive: true });
});

async function executable(path: string): Promise<string> {
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

describe('versions', () => {
  it('takes the minor of Kubernetes from the environment, the newest by default', () => {
    expect(kubernetesVersion('')).toMatch(/^1\.37\./);
    for (const minor of KUBERNETES_MINORS) expect(kubernetesVersion(minor).startsWith(`${minor}.`)).toBe(true);
    expect(() => kubernetesVersion('1.2')).toThrow(/LGTM_K8S_MINOR=1\.2: one of 1\.37, 1\.36, 1\.35/);
  });

  it('names each program once, with a version', () => {
    process.env.LGTM_K8S_MINOR = '1.36';
    expect(recipe('kubectl').version).toMatch(/^1\.36\./);
    expect(recipe('alloy-check').version).toMatch(/^[0-9a-f]{12}$/);
    expect(isProgram('toString')).toBe(false);
  });

  it('agrees with the module of alloy-check', async () => {
    const module = await readFile(fileURLToPath(new URL('alloy-check/go.mod', import.meta.url)), 'utf8');
    expect(module).toContain(`github.com/grafana/alloy/syntax v${ALLOY_SYNTAX}`);
  });
});

describe('the ladder', () => {
  it('takes what KUBEBUILDER_ASSETS holds as it is', async () => {
    process.env.LGTM_CACHE = join(folder, 'cache');
    process.env.KUBEBUILDER_ASSETS = folder;
    const path = await executable(join(folder, 'etcd'));
    await executable(join(folder, 'kwok'));
    expect(await program('etcd')).toBe(path);
    expect(await findProgram('kwok')).toBeUndefined(); // envtest does not ship it
  });

  it('then what is in the cache, by version', async () => {
    process.env.LGTM_CACHE = folder;
    delete process.env.KUBEBUILDER_ASSETS;
    await mkdir(join(folder, 'bin'));
    expect(await findProgram('kwok')).toBeUndefined();
    const path = await executable(join(folder, 'bin', `kwok-${recipe('kwok').version}`));
    expect(await program('kwok')).toBe(path);
  });

  it('says what to do when nothing has it', async () => {
    process.env.LGTM_CACHE = folder;
    process.env.PATH = folder; // no Go; and alloy-check has no release
    const failure = await program('alloy-check').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProgramError);
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/alloy-check .* cannot be had: .* install Go 1\.26 or newer/) });
  });
});

describe('releases', () => {
  const sum = 'a'.repeat(64);

  it('finds a sum among others, and one that stands alone', () => {
    expect(findSum(`${'b'.repeat(64)}  other\n${sum}  dist/loki.zip\n`, 'loki.zip')).toBe(sum);
    expect(findSum(`${sum} *loki.zip`, 'loki.zip')).toBe(sum);
    expect(findSum(sum, 'kubectl')).toBe(sum);
    expect(findSum(`${sum}  other`, 'loki.zip')).toBeUndefined();
    expect(findSum('<html>', 'loki.zip')).toBeUndefined();
  });

  it('exists for every program of others on Linux', () => {
    const linux = { os: 'linux', arch: 'arm64' };
    for (const name of ['etcd', 'kwok', 'loki', 'kube-scheduler'] as const) expect(recipe(name).release?.(linux)?.url).toContain('arm64');
    expect(recipe('kube-apiserver').release?.({ os: 'darwin', arch: 'arm64' })).toBeUndefined();
    expect(recipe('kubectl').release?.({ os: 'darwin', arch: 'arm64' })?.sums).toContain('darwin/arm64/kubectl.sha256');
    expect(platform().arch).not.toBe('x64');
  });

  it('reads the only entry of a zip file', () => {
    const content = Buffer.from('hello '.repeat(100));
    expect(unzipOnly(zipOf(content, 8)).equals(content)).toBe(true);
    expect(unzipOnly(zipOf(content, 0)).equals(content)).toBe(true);
    expect(() => unzipOnly(content)).toThrow('not a zip file');
  });
});

await describeWith(['alloy-check'], 'alloy-check', () => {
  it('reads what is Alloy, and says where something is not', async () => {
    const [good, bad] = [join(folder, 'good.alloy'), join(folder, 'bad.alloy')];
    await writeFile(good, 'loki.write "x" {\n  endpoint {\n    url = "http://loki"\n  }\n}\n');
    await writeFile(bad, 'a = \n}\n');
    const check = await program('alloy-check');
    expect(await run(check, [good])).toMatchObject({ code: 0, stdout: `${good}: ok\n` });
    const both = await run(check, [good, bad]);
    expect(both.code).toBe(1);
    expect(both.stdout).toContain(`${bad}:2:1: `);
  });
});

/** The least that is a zip file: one local header, one entry of the directory, its end. */
function zipOf(content: Buffer, method: number): Buffer {
  const data = method === 0 ? content : deflateRawSync(content);
  const name = Buffer.from('a');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length + name.length + data.length, 16);
  return Buffer.concat([local, name, data, entry, name, end]);
}
