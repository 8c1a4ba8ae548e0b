import type { Status, Wire } from '../api/status.ts';
import { type KubeObject, refKey, refOf } from '../base/object.ts';

type Resource = KubeObject & { status?: Status };

const ARROW: Readonly<Record<Wire['state'], [string, string]>> = {
  Active: ['──', '─▶'],
  Waiting: ['┄┄', '┄▷'],
  Denied: ['╌╌', '╌✗'],
};

/** Both ends of a link report it: it is drawn once. */
function uniqueWires(resources: readonly Resource[]): Wire[] {
  const wires = new Map<string, Wire>();
  for (const wire of resources.flatMap(({ status }) => status?.wiring ?? [])) wires.set(`${wire.from}>${wire.to}>${wire.what}`, wire);
  return [...wires.values()].sort((a, b) => (a.to + a.from < b.to + b.from ? -1 : 1));
}

const end = (ref: string): string => {
  const [kind = '', namespace = '', name = ''] = ref.split('/');
  return `${kind} ${namespace}/${name}`;
};

function line(wire: Wire, width: number, label: number): string {
  const [shaft, head] = ARROW[wire.state];
  const filler = shaft.charAt(0);
  const arrow = `${shaft} ${wire.what} ${filler.repeat(label - wire.what.length)}${head}`;
  return `  ${end(wire.from).padEnd(width)} ${arrow} ${end(wire.to)}${wire.why === undefined ? '' : `  (${wire.why})`}`;
}

/** What was wired, as lines of text: solid arrows are active, dotted ones wait, with the reason. */
export function drawWiring(resources: readonly Resource[]): string {
  const wires = uniqueWires(resources);
  const width = Math.max(0, ...wires.map(({ from }) => end(from).length));
  const label = Math.max(0, ...wires.map(({ what }) => what.length)) + 1;
  const lonely = resources.map((r) => refKey(refOf(r))).filter((ref) => wires.every(({ from, to }) => from !== ref && to !== ref));
  return [...wires.map((wire) => line(wire, width, label)), ...lonely.map((ref) => `  ${end(ref)}  (no links)`)].join('\n') + '\n';
}
