import type { KubeObject } from '../../base/object.ts';
import type { Change, FakeAnswer, FakeCluster, FakeRequest, Target } from './cluster.ts';
import { parsePath, selects, status } from './cluster.ts';
import { representation } from './verbs.ts';

/** A running watch of the fake API server, from its side. */
export interface FakeWatch {
  request: FakeRequest;
  /** Sends a bookmark of the present version. */
  bookmark(): void;
  /** Sends an ERROR event and ends the watch. */
  fail(answer: FakeAnswer): void;
  /** Stops sending without ending: a half-dead connection. */
  freeze(): void;
  stop(): void;
}

/** Why a watch is refused, if it is. */
export function refusal(cluster: FakeCluster, request: FakeRequest, watchList: boolean): FakeAnswer | undefined {
  if (request.query['sendInitialEvents'] !== undefined && !watchList) {
    return status(422, 'Invalid', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled');
  }
  const from = request.query['resourceVersion'];
  if (from !== undefined && Number(from) < cluster.compacted) return status(410, 'Expired', `too old resource version: ${from}`);
  return undefined;
}

/** Feeds `write` with the lines of a watch, from the version asked for or from the initial events on. */
export function startWatch(cluster: FakeCluster, request: FakeRequest, write: (line: string, last?: boolean) => void): FakeWatch {
  const target = parsePath(request.path);
  let frozen = false;
  const send = (type: string, object: unknown, last = false): void => {
    if (!frozen) write(`${JSON.stringify({ type, object })}\n`, last);
  };
  const bookmark = (annotations?: Record<string, string>): void =>
    send('BOOKMARK', { kind: 'Unknown', apiVersion: 'v1', metadata: { resourceVersion: String(cluster.version), annotations } });
  const follow = (change: Change): void => {
    const event = translate(target, request, change);
    if (event !== undefined) send(event.type, representation(event.object, request));
  };
  begin(cluster, request, { send, follow, bookmark });
  const unsubscribe = cluster.subscribe(follow);
  return {
    request,
    bookmark: () => bookmark(),
    fail: (answer) => {
      send('ERROR', answer.body, true);
      unsubscribe();
    },
    freeze: () => {
      frozen = true;
    },
    stop: unsubscribe,
  };
}

interface Feed {
  send: (type: string, object: unknown) => void;
  follow: (change: Change) => void;
  bookmark: (annotations?: Record<string, string>) => void;
}

function begin(cluster: FakeCluster, request: FakeRequest, feed: Feed): void {
  const target = parsePath(request.path);
  if (request.query['sendInitialEvents'] === 'true') {
    const all = cluster.list(target.collection).filter((object) => selects(target, request.query, object));
    for (const object of all) feed.send('ADDED', representation(object, request));
    feed.bookmark({ 'k8s.io/initial-events-end': 'true' });
    return;
  }
  const from = Number(request.query['resourceVersion'] ?? 0);
  for (const change of cluster.history) if (change.version > from) feed.follow(change);
}

/** The event that a change is to one watch: an object that is no longer selected counts as deleted. */
function translate(target: Target, request: FakeRequest, change: Change): { type: string; object: KubeObject } | undefined {
  if (change.collection !== target.collection) return undefined;
  const now = selects(target, request.query, change.object);
  const before = selects(target, request.query, change.previous);
  if (now && change.object !== undefined) return { type: before ? 'MODIFIED' : 'ADDED', object: change.object };
  if (!before || change.previous === undefined) return undefined;
  const metadata = { ...change.previous.metadata, resourceVersion: String(change.version) };
  return { type: 'DELETED', object: { ...change.previous, metadata } };
}
