import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { silentLog } from '../kube/log.ts';
import type { Pass } from './apply.ts';
import { sameStatus } from './equal.ts';
import { STATUS_MANAGER, StatusWriter } from './status.ts';
import { FakeClock } from './testing/clock.ts';
import { apiError } from './testing/cluster.ts';
import { TOY, toy } from './testing/toy.ts';

describe('sameStatus', () => {
  const conditions = [{ type: 'Ready', status: 'True' }, { type: 'Stalled', status: 'False' }];

  it('minds neither the order of keys and conditions, nor undefined fields', () => {
    expect(sameStatus({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1, d: undefined })).toBe(true);
    expect(sameStatus({ conditions }, { conditions: [...conditions].reverse() })).toBe(true);
  });

  it('minds everything else', () => {
    expect(sameStatus({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(sameStatus({ a: 1 }, { a: 1, b: 1 })).toBe(false);
    expect(sameStatus({ a: [] }, { a: {} })).toBe(false);
    expect(sameStatus({ a: null }, { a: {} })).toBe(false);
    expect(sameStatus({ conditions }, { conditions: conditions.slice(1) })).toBe(false);
    expect(sameStatus({ conditions }, { conditions: 'x' })).toBe(false);
  });
});

interface Setup {
  clock: FakeClock;
  writer: StatusWriter;
  sent: { object: KubeObject; manager: string }[];
  pass: (status?: unknown) => Pass;
  answer: (next: (object: KubeObject) => unknown) => void;
}

function setup(): Setup {
  const clock = new FakeClock();
  const sent: { object: KubeObject; manager: string }[] = [];
  let next = (object: KubeObject): unknown => object;
  const applyStatus = async (_type: unknown, object: KubeObject, { manager }: { manager: string }): Promise<KubeObject> => {
    await Promise.resolve();
    sent.push({ object, manager });
    return next(object) as KubeObject;
  };
  const expectations = { record: () => undefined } as unknown as ConstructorParameters<typeof StatusWriter>[0]['expectations'];
  const base = toy('a');
  const pass = (status?: unknown): Pass => ({
    key: 'Toy/ns/a',
    owner: { ...base, metadata: { ...base.metadata, uid: 'u', labels: { a: 'b' } }, ...(status === undefined ? {} : { status }) },
    signal: new AbortController().signal,
    log: silentLog,
  });
  const writer = new StatusWriter({ objects: { applyStatus }, expectations, clock });
  return { clock, writer, sent, pass, answer: (value) => (next = value) };
}

describe('StatusWriter', () => {
  it('sends status alone, with the UID of the object that it is about', async () => {
    const { writer, sent, pass } = setup();
    expect(await writer.write(pass(), TOY, { a: 1 })).toEqual({ result: 'written' });
    const metadata = { name: 'a', namespace: 'ns', uid: 'u' };
    expect(sent).toEqual([{ object: { apiVersion: TOY.apiVersion, kind: 'Toy', metadata, status: { a: 1 } }, manager: STATUS_MANAGER }]);
  });

  it('sends nothing that says the same', async () => {
    const { writer, sent, pass } = setup();
    expect(await writer.write(pass({ b: 2, a: 1 }), TOY, { a: 1, b: 2 })).toEqual({ result: 'unchanged' });
    expect(await writer.write(pass(), TOY, {})).toEqual({ result: 'unchanged' });
    expect(sent).toEqual([]);
  });

  it('waits for a second between two writes', async () => {
    const { clock, writer, sent, pass } = setup();
    await writer.write(pass(), TOY, { a: 1 });
    await clock.advance(300);
    expect(await writer.write(pass({ a: 1 }), TOY, { a: 2 })).toEqual({ result: 'later', ms: 700 });
    await clock.advance(700);
    expect(await writer.write(pass({ a: 1 }), TOY, { a: 3 })).toEqual({ result: 'written' });
    writer.forget('Toy/ns/a');
    expect(await writer.write(pass({ a: 3 }), TOY, { a: 4 })).toEqual({ result: 'written' });
    expect(sent).toHaveLength(3);
  });

  it('does not repeat itself when others write into the status', async () => {
    const { clock, writer, sent, pass, answer } = setup();
    answer((object) => ({ ...object, status: { a: 1, foreign: true } }));
    await writer.write(pass(), TOY, { a: 1 });
    await clock.advance(2_000);
    expect(await writer.write(pass({ a: 1, foreign: true }), TOY, { a: 1 })).toEqual({ result: 'unchanged' });
    expect(await writer.write(pass({ a: 0, foreign: true }), TOY, { a: 1 })).toEqual({ result: 'written' });
    expect(sent).toHaveLength(2);
  });

  it.each([[404, 'NotFound'], [409, 'Conflict']] as const)('takes %i for an object that went away', async (code, reason) => {
    const { writer, pass, answer } = setup();
    answer(() => {
      throw apiError(code, reason);
    });
    expect(await writer.write(pass(), TOY, { a: 1 })).toEqual({ result: 'gone' });
  });

  it('passes on other failures', async () => {
    const { writer, pass, answer } = setup();
    answer(() => {
      throw apiError(500, 'InternalError');
    });
    await expect(writer.write(pass(), TOY, { a: 1 })).rejects.toMatchObject({ status: 500 });
  });
});
