import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { download } from './download.ts';
import type { Release } from './recipes.ts';
import { run } from './run.ts';

const content = Buffer.from('the program');
const files = new Map<string, Buffer>();
let folder = '';
let server: Server;
let site = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  files.clear();
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  site = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const sumOf = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

async function get(release: Release): Promise<{ reason: string | undefined; got: Buffer | undefined; lines: string[] }> {
  const target = join(folder, 'etcd');
  const lines: string[] = [];
  const reason = await download(release, target, folder, (line) => lines.push(line));
  return { reason, got: await readFile(target).catch(() => undefined), lines };
}

describe('download', () => {
  it('takes a plain file with the right sum', async () => {
    files.set('/bin/kubectl', content).set('/bin/kubectl.sha256', Buffer.from(sumOf(content)));
    const { reason, got } = await get({ url: `${site}/bin/kubectl`, sums: `${site}/bin/kubectl.sha256` });
    expect(reason).toBeUndefined();
    expect(got?.equals(content)).toBe(true);
  });

  it('takes a program out of a tarball', async () => {
    await mkdir(join(folder, 'etcd-v1-linux-amd64'));
    await writeFile(join(folder, 'etcd-v1-linux-amd64', 'etcd'), content);
    await run('tar', ['-czf', join(folder, 'made.tgz'), '-C', folder, 'etcd-v1-linux-amd64']);
    await rm(join(folder, 'etcd-v1-linux-amd64'), { recursive: true });
    const archive = await readFile(join(folder, 'made.tgz'));
    files.set('/etcd-v1-linux-amd64.tar.gz', archive).set('/SHA256SUMS', Buffer.from(`${sumOf(archive)}  etcd-v1-linux-amd64.tar.gz\n`));
    const { got } = await get({ url: `${site}/etcd-v1-linux-amd64.tar.gz`, sums: `${site}/SHA256SUMS`, archive: 'tar.gz' });
    expect(got?.equals(content)).toBe(true);
  });

  it('refuses a file with another sum, or with none where there should be one', async () => {
    files.set('/kubectl', content).set('/wrong', Buffer.from(sumOf(Buffer.from('other')))).set('/none', Buffer.from('?'));
    for (const sums of ['wrong', 'none']) {
      await expect(get({ url: `${site}/kubectl`, sums: `${site}/${sums}` })).rejects.toMatchObject({ code: 'checksum' });
    }
  });

  it('says why there is nothing', async () => {
    expect(await get({ url: `${site}/nothing` })).toEqual({ reason: `${site}/nothing: HTTP 404`, got: undefined, lines: [] });
  });

  it('asks a host that cannot be reached only once', async () => {
    server.close();
    const host = new URL(site).host;
    const first = await get({ url: `${site}/a` });
    expect(first).toMatchObject({ reason: `${host} cannot be reached`, lines: [expect.stringContaining(host)] });
    expect(await get({ url: `${site}/b` })).toEqual({ ...first, lines: [] });
  });
});
