import { ApiError } from '../kube/errors.ts';
import type { EngineObjects } from './reconcile.ts';

/** The same verbs, except that whoever does not lead cannot write: it rejects with `Aborted`, and nothing is sent. */
export function fenced(objects: EngineObjects, leads: () => boolean): EngineObjects {
  const whileLeading = async <T>(write: () => Promise<T>): Promise<T> => {
    if (!leads()) throw new ApiError({ status: 0, reason: 'Aborted', message: 'this process does not lead, so it does not write' });
    return write();
  };
  return {
    get: (...args) => objects.get(...args),
    getMetadata: (...args) => objects.getMetadata(...args),
    apply: (...args) => whileLeading(() => objects.apply(...args)),
    applyStatus: (...args) => whileLeading(() => objects.applyStatus(...args)),
    create: (...args) => whileLeading(() => objects.create(...args)),
    mergePatch: (...args) => whileLeading(() => objects.mergePatch(...args)),
    remove: (...args) => whileLeading(() => objects.remove(...args)),
  };
}
