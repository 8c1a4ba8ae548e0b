import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs/runbooks');

/** Names of the files of the runbooks, the index included. */
export const runbookFiles = (): string[] => readdirSync(FOLDER).sort();

/** The text of the page of a reason. */
export const runbook = (reason: string): string => readFileSync(join(FOLDER, `${reason}.md`), 'utf8');

/** A message as the pages show it: from the namespace `observability`, or `storage` where a second one is meant. */
export const inOneNamespace = (message: string, namespace: string): string => message.replaceAll(`${namespace}-there`, 'storage').replaceAll(namespace, 'observability');
