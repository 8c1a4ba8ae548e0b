import type { KubeObject } from '../base/object.ts';

/** What of a Pod's status tells why it is not ready. */
interface PodLike extends KubeObject {
  status?: {
    phase?: string;
    conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    initContainerStatuses?: readonly ContainerStatus[];
    containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; terminated?: Terminated };
  lastState?: { terminated?: Terminated };
}

interface Terminated {
  reason?: string;
  exitCode?: number;
  message?: string;
}

const LONGEST = 200;

const clip = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

const sentence = (...parts: (string | undefined)[]): string => clip(parts.filter((part) => part !== undefined && part !== '').join(': '));

const ended = (t: Terminated | undefined): string | undefined =>
  t ? `last ended with ${t.reason ?? 'an error'}${t.exitCode === undefined ? '' : ` (exit code ${t.exitCode})`}` : undefined;

function containerProblem(container: ContainerStatus): string | undefined {
  const { waiting, terminated } = container.state ?? {};
  if (waiting && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    return sentence(`container ${container.name}`, waiting.reason, ended(container.lastState?.terminated) ?? waiting.message);
  }
  if (terminated && terminated.exitCode !== 0) return sentence(`container ${container.name}`, ended(terminated), terminated.message);
  return undefined;
}

export const isPodReady = (pod: KubeObject): boolean =>
  ((pod as PodLike).status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');

/** Why a pod is not ready, in one clause; undefined when it is, or when there is nothing to say but "starting". */
export function podProblem(pod: KubeObject): string | undefined {
  if (isPodReady(pod)) return undefined;
  const { conditions = [], containerStatuses = [], initContainerStatuses = [] } = (pod as PodLike).status ?? {};
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return sentence(unscheduled.reason ?? 'not scheduled', unscheduled.message);
  for (const container of [...initContainerStatuses, ...containerStatuses]) {
    const problem = containerProblem(container);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The most telling problem among pods: `pod logs-loki-0: Unschedulable: …`. */
export function firstProblem(pods: readonly KubeObject[]): string | undefined {
  for (const pod of pods) {
    const problem = podProblem(pod);
    if (problem !== undefined) return `pod ${pod.metadata.name}: ${problem}`;
  }
  const waiting = pods.filter((pod) => !isPodReady(pod)).map((pod) => pod.metadata.name);
  return waiting.length === 0 ? undefined : `waiting for pod ${waiting.slice(0, 3).join(', ')}${waiting.length > 3 ? ` and ${waiting.length - 3} more` : ''}`;
}
