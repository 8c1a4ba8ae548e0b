import type { KubeObject } from '../base/object.ts';
import { ApiError, errorFromStatus } from './errors.ts';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** One line of a watch. An `ERROR` event is thrown as the ApiError that it carries; anything unreadable as `InvalidResponse`. */
export function parseEvent(line: string): WatchEvent {
  const event = parse(line);
  if (event.type === 'ERROR') throw errorFromStatus(event.object);
  if (!TYPES.has(event.type) || !isObject(event.object)) throw unreadable(line);
  return event as WatchEvent;
}

/** Whether a bookmark ends the initial events of a WatchList. */
export const endsInitialEvents = (event: WatchEvent): boolean =>
  event.type === 'BOOKMARK' && event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true';

function parse(line: string): { type?: unknown; object?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Falls through.
  }
  throw unreadable(line);
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof (value as { metadata?: unknown }).metadata === 'object';

const unreadable = (line: string): ApiError =>
  new ApiError({ status: 0, reason: 'InvalidResponse', message: `not a watch event: ${line.slice(0, 200)}` });
