import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../base/object.ts';
import { dashboardStack, logStack, viewOf } from '../testing/resources.ts';
import { dashboardLinks, dashboardsOf } from './stacks.ts';

const links = (dashboard: ReturnType<typeof dashboardStack>, ...resources: KubeObject[]) =>
  dashboardLinks(dashboard, viewOf({ resources: [dashboard, ...resources] })).map(({ to, state, required }) => `${to.namespace}/${to.name} ${state}${required ? ' required' : ''}`);

const labelled = (name: string, labels: Record<string, string>, namespace = 'obs') => {
  const stack = logStack({}, name, namespace);
  return { ...stack, metadata: { ...stack.metadata, labels } };
};

describe('links of a DashboardStack', () => {
  it('are all stacks of the own namespace by default', () => {
    expect(links(dashboardStack(), logStack({}, 'a'), logStack({}, 'b'), logStack({}, 'c', 'other'))).toEqual(['obs/a Active', 'obs/b Active']);
  });

  it('follow the selector', () => {
    const spec = { stacks: { selector: { matchLabels: { team: 'x' }, matchExpressions: [{ key: 'old', operator: 'DoesNotExist' as const }] } } };
    expect(links(dashboardStack(spec), labelled('a', { team: 'x' }), labelled('b', { team: 'y' }), labelled('c', { team: 'x', old: '' }))).toEqual(['obs/a Active']);
  });

  it('by name are required, and wait for what is not there', () => {
    const spec = { stacks: { refs: [{ kind: 'LogStack' as const, name: 'gone' }, { kind: 'LogStack' as const, name: 'a' }] } };
    expect(links(dashboardStack(spec), logStack({}, 'a'), logStack({}, 'b'))).toEqual(['obs/gone Waiting required', 'obs/a Active required']);
  });

  it('cross namespaces only where the target allows it', () => {
    const spec = { stacks: { namespaces: ['obs', 'other', 'third'], selector: {} } };
    const open = logStack({ allowedNamespaces: ['obs'] }, 'open', 'other');
    const wide = logStack({ allowedNamespaces: ['*'] }, 'wide', 'third');
    expect(links(dashboardStack(spec), open, wide, logStack({}, 'shut', 'other'))).toEqual(['other/open Active', 'third/wide Active', 'other/shut Denied']);
  });

  it('pass over stacks that their schema refuses', () => {
    const broken = { ...logStack(), spec: 'nonsense' } as unknown as KubeObject;
    expect(links(dashboardStack(), broken)).toEqual([]);
  });
});

describe('dashboards of a stack', () => {
  it('are those with an active link to it', () => {
    const stack = logStack({ allowedNamespaces: ['other'] });
    const near = dashboardStack({}, 'near');
    const far = dashboardStack({ stacks: { refs: [{ kind: 'LogStack', name: 'logs', namespace: 'obs' }] } }, 'far', 'other');
    const refused = dashboardStack({ stacks: { refs: [{ kind: 'LogStack', name: 'logs', namespace: 'obs' }] } }, 'refused', 'third');
    const found = dashboardsOf(stack, viewOf({ resources: [stack, near, far, refused] })).map(({ metadata }) => metadata.name);
    expect(found).toEqual(['near', 'far']);
  });
});
