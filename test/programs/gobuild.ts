import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgramError } from './errors.ts';
import type { Recipe } from './recipes.ts';
import { lastLines, run } from './run.ts';
import { GO } from './versions.ts';

type Build = Exclude<Recipe['build'], { how: 'maven' }>;

/** Where one build happens: a scratch folder, the file to make, and the log. */
export interface Workshop {
  scratch: string;
  target: string;
  log: string;
}

/** What `go build` is asked for, and from where. */
interface Command {
  cwd: string;
  package: string;
  flags?: readonly string[];
  tags?: readonly string[];
  variables?: Readonly<Record<string, string>>;
}

/** Why Go cannot be used here; undefined when it can. Which Go a module needs, Go finds out (and fetches) by itself. */
export async function goMissing(): Promise<string | undefined> {
  const { code } = await run('go', ['version']);
  return code === 0 ? undefined : `no \`go\` in PATH: install Go ${GO} or newer`;
}

/** Builds a program from its Go module: static, without symbols, reproducible. Needs the Go module proxy, or what Go has cached of it. */
export async function goBuild(build: Build, version: string, shop: Workshop): Promise<void> {
  const command = await prepare(build, version, shop);
  const link = ['-s -w', ...Object.entries(command.variables ?? {}).map(([name, value]) => `-X=${name}=${value}`)].join(' ');
  const flags = ['-mod=mod', ...(command.flags ?? []), '-p', '2', '-trimpath', '-tags', (command.tags ?? []).join(','), '-ldflags', link];
  await go(['build', ...flags, '-o', shop.target, command.package], command.cwd, shop);
}

function prepare(build: Build, version: string, shop: Workshop): Promise<Command> {
  switch (build.how) {
    case 'dependency':
      return prepareDependency(build, version, shop);
    case 'inside':
      return prepareInside(build, version, shop);
    case 'kubernetes':
      return prepareKubernetes(build, version, shop);
    case 'local':
      return prepareLocal(build, shop);
  }
}

async function prepareDependency(build: Extract<Build, { how: 'dependency' }>, version: string, shop: Workshop): Promise<Command> {
  const cwd = await emptyModule(shop);
  const path = build.package === '.' ? build.module : `${build.module}/${build.package}`;
  await go(['get', `${path}@v${version}`], cwd, shop);
  return { cwd, package: path };
}

async function prepareInside(build: Extract<Build, { how: 'inside' }>, version: string, shop: Workshop): Promise<Command> {
  const cwd = await downloadModule(build.module, build.moduleVersion ?? version, shop);
  const own = join(shop.scratch, 'go.mod');
  const source = await readFile(join(cwd, 'go.mod'), 'utf8');
  await writeFile(own, source.replace(/^.*=>\s*\.\.?\/.*\n/gm, ''));
  await cp(join(cwd, 'go.sum'), join(shop.scratch, 'go.sum'));
  const { tags, variables } = build;
  return { cwd, package: `./${build.package}`, flags: [`-modfile=${own}`], tags, variables };
}

async function prepareKubernetes(build: Extract<Build, { how: 'kubernetes' }>, version: string, shop: Workshop): Promise<Command> {
  const module = 'k8s.io/kubernetes';
  const source = await readFile(join(await downloadModule(module, version, shop), 'go.mod'), 'utf8');
  const cwd = await emptyModule(shop);
  // Its staging modules are folders of its checkout; they are released as v0.<minor>.<patch>.
  const [, minor = '', patch = ''] = version.split('.');
  const staged = [...source.matchAll(/^\s*(?:replace\s+)?(\S+)\s*=>\s*\.\/staging\//gm)].map(([, name]) => name ?? '');
  await appendFile(join(cwd, 'go.mod'), staged.map((name) => `replace ${name} => ${name} v0.${minor}.${patch}\n`).join(''));
  const path = `${module}/cmd/${build.command}`;
  await go(['get', `${path}@v${version}`], cwd, shop);
  const stamp = 'k8s.io/component-base/version';
  const variables = { [`${stamp}.gitVersion`]: `v${version}`, [`${stamp}.gitMajor`]: '1', [`${stamp}.gitMinor`]: minor };
  return { cwd, package: path, variables };
}

async function prepareLocal(build: Extract<Build, { how: 'local' }>, shop: Workshop): Promise<Command> {
  const cwd = join(shop.scratch, 'source');
  await cp(build.folder, cwd, { recursive: true });
  return { cwd, package: '.' };
}

async function emptyModule(shop: Workshop): Promise<string> {
  const folder = join(shop.scratch, 'module');
  await mkdir(folder);
  await writeFile(join(folder, 'go.mod'), `module build\n\ngo ${GO}\n`);
  return folder;
}

/** Folder of a module in Go's cache. Read-only. */
async function downloadModule(module: string, version: string, shop: Workshop): Promise<string> {
  const stdout = await go(['mod', 'download', '-json', `${module}@v${version}`], shop.scratch, shop);
  const info = JSON.parse(stdout) as { Dir?: string };
  if (info.Dir === undefined) throw new ProgramError('build-failed', `go mod download ${module}@v${version} gave no folder: ${shop.log}`);
  return info.Dir;
}

async function go(args: readonly string[], cwd: string, shop: Workshop): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' };
  const { code, stdout, stderr } = await run('go', args, { cwd, env, log: shop.log });
  if (code === 0) return stdout;
  const hint = /no space left|signal: killed/.test(stderr) ? ' (disk or memory ran out)' : '';
  throw new ProgramError('build-failed', `go ${args[0] ?? ''} failed${hint}; all of it in ${shop.log}\n${lastLines(stderr || stdout, 8)}`);
}
