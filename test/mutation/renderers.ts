/**
 * By hand: breaks the renderers, one literal at a time, and sees that a unit test fails each time. Prints what survived.
 * `tools/node test/mutation/renderers.ts [--count 40] [--seed 1]`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: { count: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } } });

interface Place {
  file: string;
  line: number;
  text: string;
  mutated: string;
}

/** Renderers: every source of a component but its validation, which has no output of its own. */
const sources = (folder: string): string[] =>
  readdirSync(join(folder, 'src/components'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|validate\.ts$|versions\.ts$/.test(path))
    .map((path) => join('src/components', path));

/** A changed string or number; imports, types, comments and messages do not render. */
function mutate(line: string): string | undefined {
  if (/^\s*(import|export type|\/\/|\*|\/\*)|failure\(|throw |warning\(|Pick<| as V1|readonly |: '[a-z0-9]+' \|/.test(line)) return undefined;
  const text = /(?<!\bkind: )'([A-Za-z/][^'$]*)'(?!\s*\|)(?!\?)/.exec(line);
  if (text) return line.replace(text[0], `'${text[1] ?? ''}x'`);
  const number = /(: |= )(\d+)(?=[,;\s}])/.exec(line);
  return number ? line.replace(number[0], `${number[1] ?? ''}${Number(number[2]) + 1}`) : undefined;
}

function places(folder: string): Place[] {
  return sources(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((text, line): Place[] => {
        const mutated = mutate(text);
        return mutated === undefined || mutated === text ? [] : [{ file, line, text, mutated }];
      }),
  );
}

/** A seeded order, so that a run can be repeated. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return items.map((item) => ({ item, key: next() })).sort((a, b) => a.key - b.key).map(({ item }) => item);
}

function survives(folder: string, { file, line, mutated }: Place): boolean {
  const path = join(folder, file);
  const original = readFileSync(path, 'utf8');
  const lines = original.split('\n');
  lines[line] = mutated;
  writeFileSync(path, lines.join('\n'));
  const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--bail', '--silent', 'src/components', 'src/status'];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  writeFileSync(path, original);
  return status === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'lgtm-mutation-'));
for (const part of ['src', 'test', 'package.json', 'jest.config.mjs']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));

const all = places(folder);
const chosen = shuffled(all, Number(values.seed)).slice(0, Number(values.count));
let survivors = 0;
for (const [i, place] of chosen.entries()) {
  if (!survives(folder, place)) continue;
  survivors++;
  process.stdout.write(`survived: ${place.file}:${place.line + 1}: ${place.text.trim()} → ${place.mutated.trim()}\n`);
  process.stderr.write(`${i + 1}/${chosen.length}\n`);
}
rmSync(folder, { recursive: true });
process.stdout.write(`${chosen.length} of ${all.length} literals broken one at a time (seed ${values.seed}): ${chosen.length - survivors} noticed, ${survivors} not\n`);
process.exitCode = survivors > 0 ? 1 : 0;
