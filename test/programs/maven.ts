import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgramError } from './errors.ts';
import type { Workshop } from './gobuild.ts';
import { lastLines, run } from './run.ts';

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Why jars cannot be fetched, or not be run; undefined when both work. */
export async function mavenMissing(): Promise<string | undefined> {
  for (const [command, version] of [['java', '-version'], ['mvn', '-version']] as const) {
    if ((await run(command, [version])).code !== 0) return `no \`${command}\` in PATH: install Java 17 or newer, and Maven`;
  }
  return undefined;
}

const dependency = (artifact: string): string => {
  const [group = '', name = '', version = ''] = artifact.split(':');
  return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
};

/** Fetches artifacts and all that they depend on into `<target>/libs`. */
export async function mavenFetch(artifacts: readonly string[], shop: Workshop): Promise<void> {
  const project =
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    '<groupId>test</groupId><artifactId>jars</artifactId><version>1</version>' +
    `<dependencies>${artifacts.map(dependency).join('')}</dependencies></project>`;
  await writeFile(join(shop.scratch, 'pom.xml'), project);
  const libs = join(shop.target, 'libs');
  await mkdir(libs, { recursive: true });
  const args = ['-q', '-B', PLUGIN, '-DincludeScope=runtime', `-DoutputDirectory=${libs}`];
  const { code, stdout, stderr } = await run('mvn', args, { cwd: shop.scratch, log: shop.log });
  if (code !== 0) throw new ProgramError('build-failed', `mvn failed; all of it in ${shop.log}\n${lastLines(stderr || stdout, 8)}`);
}
