import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { prepareScript } from '../../src/components/elasticsearch/init.ts';

/** The steps before Elasticsearch starts, by a real shell, in a folder that stands for the root of the pod. */

const IMAGE = 'usr/share/elasticsearch/config';
let root = '';

const write = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Kubernetes swaps one link, `..data`, when what a volume holds has changed. */
function mount(folder: string, generation: string, users: string): void {
  write(`${folder}/..${generation}/users`, users);
  symlinkSync(`..${generation}`, join(root, folder, '..next'));
  renameSync(join(root, folder, '..next'), join(root, folder, '..data'));
  rmSync(join(root, folder, 'users'), { force: true });
  symlinkSync('..data/users', join(root, folder, 'users'));
}

const run = (memoryMap: 'auto' | 'node'): string =>
  execFileSync('bash', ['-c', prepareScript(memoryMap).replaceAll(/(?<=[ <])\/(lgtm|usr|proc)\//g, `${root}/$1/`)], { encoding: 'utf8' });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'elasticsearch-'));
  write(`${IMAGE}/jvm.options`, '-XX');
  write(`${IMAGE}/jvm.options.d/none`, '');
  write(`${IMAGE}/users`, 'of the image');
  write(`${IMAGE}/elasticsearch.yml`, 'of: the image\n');
  write('lgtm/settings/elasticsearch.yml', 'a: 1\n');
  write('lgtm/bootstrap/bootstrap.yml', 'b: 2\n');
  write('proc/sys/vm/max_map_count', '65530\n');
  mkdirSync(join(root, 'lgtm/config'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the folder of configuration', () => {
  it('holds what the image brings, our settings, and links that follow a change', () => {
    run('node');
    cpSync(join(root, 'lgtm/config'), join(root, 'pod'), { recursive: true, verbatimSymlinks: true });
    mount('pod/security', '1', 'first');
    expect([read('pod/jvm.options'), read('pod/elasticsearch.yml'), read('pod/users')]).toEqual(['-XX', 'a: 1\nb: 2\n', 'first']);
    mount('pod/security', '2', 'second');
    expect(read('pod/users')).toBe('second');
  });

  it('is the same after a second run, with what Elasticsearch wrote into it', () => {
    run('auto');
    write('lgtm/config/elasticsearch.keystore', 'kept');
    mkdirSync(join(root, 'lgtm/config/security'));
    write('lgtm/bootstrap/bootstrap.yml', '# over\n');
    run('auto');
    expect(read('lgtm/config/elasticsearch.yml')).toBe('a: 1\n# over\nnode.store.allow_mmap: false\n');
    expect(read('lgtm/config/elasticsearch.keystore')).toBe('kept');
    expect(read(`${IMAGE}/users`)).toBe('of the image');
  });

  it('maps files where the node allows enough of it', () => {
    expect(run('auto')).toContain('below 262144');
    write('proc/sys/vm/max_map_count', '262144\n');
    expect(run('auto')).toBe('');
    expect(read('lgtm/config/elasticsearch.yml')).not.toContain('allow_mmap');
  });

  it('is prepared by steps in which Kubernetes finds nothing to expand', () => {
    expect(prepareScript('auto')).not.toMatch(/\$\(|\$\$/);
  });
});
