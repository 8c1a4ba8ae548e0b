import { describe, expect, it } from '@jest/globals';
import { LABEL } from '../base/names.ts';
import type { KubeObject } from '../base/object.ts';
import { chosenVersion } from './versions.ts';

const running: KubeObject = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's', labels: { [LABEL.version]: 'labelled' } } };

describe('chosenVersion', () => {
  it.each<[string, string | undefined, KubeObject | undefined, string | undefined, string]>([
    ["the user's", 'wanted', running, 'recorded', 'wanted'],
    ['the recorded one, whatever a label says', undefined, running, 'recorded', 'recorded'],
    ['that of what runs where the status was lost', undefined, running, undefined, 'labelled'],
    ['ours of today for something new', undefined, undefined, undefined, 'latest'],
    ['ours of today where nothing could be chosen before', undefined, undefined, '', 'latest'],
  ])('is %s', (_case, wanted, live, recorded, chosen) => {
    expect(chosenVersion(wanted, live, recorded, 'latest')).toBe(chosen);
  });
});
