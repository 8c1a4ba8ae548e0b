import { describe, expect, it } from '@jest/globals';
import type { LogStack } from '../api/kinds.ts';
import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { logStack, viewOf } from '../testing/resources.ts';
import { CONTROLLERS } from './index.ts';
import { chosenVersion } from './versions.ts';

const running: KubeObject = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's', labels: { [LABEL.version]: 'labelled' } } };

describe('chosenVersion', () => {
  interface Known {
    wanted?: string;
    running?: KubeObject;
    recorded?: string;
  }

  it.each<[string, Known, string]>([
    ["the user's", { wanted: 'wanted', running, recorded: 'recorded' }, 'wanted'],
    ['the recorded one, whatever a label says', { running, recorded: 'recorded' }, 'recorded'],
    ['that of what runs where the status was lost', { running }, 'labelled'],
    ['ours of today for something new', {}, 'latest'],
    ['ours of today where nothing could be chosen before', { recorded: '' }, 'latest'],
  ])('is %s', (_case, known, chosen) => {
    expect(chosenVersion(known.wanted, known.running, known.recorded, 'latest')).toBe(chosen);
  });
});

describe('the record of versions', () => {
  const record = { version: '3.6.0', components: [{ name: 'loki', kind: 'StatefulSet', object: 'logs-loki', version: '3.6.0', ready: 1, desired: 1 }] };
  const planFor = (version: string) => CONTROLLERS.LogStack.plan({ ...logStack({ version }), status: record } as LogStack, viewOf({}));

  it('moves with a version that is applied', () => {
    expect(planFor('3.7.0')).toMatchObject({ apply: true, version: '3.7.0', workloads: [{ version: '3.7.0' }] });
  });

  it('stays when it is refused, so that taking it back takes nothing along', () => {
    expect(planFor('2.9.1')).toMatchObject({ apply: false, version: '3.6.0', workloads: [{ version: '3.6.0' }] });
  });
});
