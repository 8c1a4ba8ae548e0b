import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.ts';

describe('Semaphore', () => {
  it('lets in as many as there are places, in order', async () => {
    const semaphore = new Semaphore(1);
    const order: string[] = [];
    const first = await semaphore.acquire();
    const enter = async (name: string): Promise<void> => {
      const release = await semaphore.acquire();
      order.push(name);
      release?.();
    };
    const both = Promise.all([enter('a'), enter('b')]);
    expect([order, semaphore.waiting]).toEqual([[], 2]);
    first?.();
    await both;
    expect(order).toEqual(['a', 'b']);
  });

  it('counts a place given back twice once', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire();
    release?.();
    release?.();
    await semaphore.acquire();
    void semaphore.acquire();
    expect(semaphore.waiting).toBe(1);
  });

  it('forgets those who gave up', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire();
    const controller = new AbortController();
    const waiting = semaphore.acquire(controller.signal);
    controller.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(semaphore.acquire(controller.signal)).resolves.toBeUndefined();
    release?.();
    await expect(semaphore.acquire()).resolves.toBeInstanceOf(Function);
  });
});
