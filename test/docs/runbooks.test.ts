import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FINDING_CODES } from '../../src/api/finding.ts';
import type { ConditionType } from '../../src/api/status.ts';
import { checkDocuments } from '../../src/cli/validate.ts';
import { planLogStack } from '../../src/controllers/logstack/index.ts';
import { type Seen, verdicts } from '../../src/status/conditions.ts';
import type { Plan } from '../../src/status/plan.ts';
import { GOOD_REASONS, STATE_REASONS } from '../../src/status/reasons.ts';
import { logStack, viewOf } from '../../src/testing/resources.ts';
import { loadCases } from '../wrong/cases.ts';
import { inOneNamespace, runbook, runbookFiles } from './runbooks.ts';

/** Every reason has a runbook, every runbook a reason, and what a runbook shows is what the operator says. */

const SOURCES = join(import.meta.dirname, '../../src');
const SECTIONS = ['What it means', 'How it looks', 'Why it happens', 'What to do', 'How it heals'];

/** Reasons of events that no condition carries: the engine's own. */
function eventReasons(): string[] {
  const sources = globSync('engine/*.ts', { cwd: SOURCES }).filter((file) => !file.endsWith('.test.ts'));
  const notes = sources.flatMap((file) => [...readFileSync(join(SOURCES, file), 'utf8').matchAll(/type: '(?:Normal|Warning)',\s*reason: '(\w+)'/g)]);
  return notes.map(([, reason = '']) => reason);
}

const REASONS = [...Object.keys(FINDING_CODES), ...Object.keys(STATE_REASONS), ...eventReasons()].sort();
const pages = runbookFiles().filter((name) => name !== 'README.md').map((name) => name.replace(/\.md$/, ''));
const index = runbook('README');

describe('the runbooks', () => {
  it('are one for every reason that is not good news, and no other', () => {
    expect(eventReasons()).toContain('PruneRefused');
    expect(pages).toEqual(REASONS);
  });

  it('are all in the index, once, and good news stand there too', () => {
    const linked = [...index.matchAll(/^\| \[(\w+)\]\((\w+)\.md\) \|/gm)].map(([, name, file]) => [name, file]);
    expect(linked.map(([name]) => name).sort()).toEqual(REASONS);
    expect(linked.filter(([name, file]) => name !== file)).toEqual([]);
    for (const [reason, meaning] of Object.entries(GOOD_REASONS)) expect(index).toMatch(new RegExp(`^\\| \`${reason}\` \\|.*${meaning.slice(1)}`, 'm'));
  });

  it.each(pages)('%s has all sections, shows how it looks, and leads nowhere else than to what is there', (name) => {
    const text = runbook(name);
    expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(SECTIONS);
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    expect(text).toMatch(/## How it looks\n\n```text\n\$ (kubectl|lgtm-operator) [^`]*```/);
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) expect(globSync(target, { cwd: join(SOURCES, '../docs/runbooks') })).toHaveLength(1);
  });
});

describe('what a runbook shows', () => {
  const messages = new Map<string, string[]>();

  it('is what validate says of the wrong resources', async () => {
    for (const { namespace, documents } of await loadCases()) {
      for (const { code, path, message } of checkDocuments(documents)) {
        const sentence = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
        messages.set(code, [...(messages.get(code) ?? []), inOneNamespace(sentence, namespace)]);
      }
    }
    expect(messages.size).toBeGreaterThan(15);
    const untrue = [...messages].filter(([code, sentences]) => !sentences.some((sentence) => runbook(code).includes(sentence)));
    expect(untrue).toEqual([]);
  });

  const plan = planLogStack(logStack({ retention: '30d' }), viewOf({}));
  const starting = { name: 'loki', kind: 'StatefulSet', object: 'logs-loki', version: '3.7.8', ready: 0, desired: 1 };
  const crashed = { ...starting, message: 'pod logs-loki-0: container loki: CrashLoopBackOff: last ended with OOMKilled (exit code 137)' };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-logs-loki-0' }, status: { phase: 'Pending' } };

  it.each<[string, ConditionType, Plan, Seen]>([
    ['PodsNotReady', 'WorkloadsReady', plan, { components: [crashed], claims: [] }],
    ['VolumesPending', 'StorageReady', plan, { components: [], claims: [claim] }],
    ['ProductNotReady', 'WorkloadsReady', { ...plan, asked: [{ id: 'elasticsearch', state: 'unreachable', applied: false, retains: true }] }, { components: [], claims: [] }],
    ['RollingOut', 'RetentionApplied', plan, { components: [crashed], claims: [] }],
    ['NotRendered', 'StorageReady', { ...plan, rendered: false }, { components: [], claims: [] }],
    ['Unmanaged', 'Ready', { ...plan, unmanaged: true }, { components: [], claims: [] }],
  ])('is what the status says: %s', (reason, type, planned, seen) => {
    const { status, message } = verdicts(planned, [], seen).find((verdict) => verdict.reason === reason && verdict.type === type) ?? {};
    expect(runbook(reason)).toContain(`Message:              ${message}\n`);
    expect(runbook(reason)).toMatch(new RegExp(`Reason: +${reason}\n +Status: +${status}\n +Type: +${type}\n`));
  });
});
