import { describe, expect, it } from '@jest/globals';
import { logStack } from '../testing/resources.ts';
import { checkResource } from './resource.ts';

/** What `checkResource` says of a LogStack with this spec. */
function said(spec: object): string[] {
  const resource = { ...logStack(), spec: { backend: 'loki', ...spec } };
  return checkResource(resource).map(({ message }) => message);
}

describe('the sentence for a value that does not fit', () => {
  it.each<[object, string]>([
    [{ retention: 30 }, 'spec.retention: expected a string, not 30'],
    [{ retention: '30x' }, 'spec.retention: expected a duration in y, w, d and h, such as 30d, not "30x"'],
    [{ retention: ['30d'] }, 'spec.retention: expected a string, not a list'],
    [{ size: 'tiny' }, 'spec.size: expected demo or small or medium or large, not "tiny"'],
    [{ loki: { replicas: 2 } }, 'spec.loki.replicas: expected 1 or 3, not 2'],
    [{ loki: { resources: { limits: { memory: true } } } }, 'spec.loki.resources.limits.memory: expected a number or a string, not true'],
    [{ loki: [] }, 'spec.loki: expected an object, not a list'],
    [{ loki: { image: '' } }, 'spec.loki.image: expected at least 1 character, not ""'],
    [{ collection: { alloy: { replicas: 17 } } }, 'spec.collection.alloy.replicas: expected at most 16, not 17'],
    [{ collection: { alloy: { events: 'no' } } }, 'spec.collection.alloy.events: expected true or false, not "no"'],
    [{ images: { registry: `https://${'x'.repeat(100)}` } }, 'spec.images.registry: expected a registry such as registry.example.com:5000/mirror, without a scheme'],
    [{ storage: { type: 's3', s3: { region: 'eu' } } }, 'spec.storage.s3.bucket is required: set it'],
    [{ surprise: 1 }, 'unknown field spec.surprise: remove it or mend its spelling'],
  ])('%j', (spec, sentence) => {
    expect(said(spec)).toContain(sentence);
  });
});

describe('images and registries', () => {
  it.each(['registry.example.com', 'registry.example.com:5000/mirror', 'localhost:5000/a/b_c', 'quay.io/x/'])('%s is a registry', (registry) => expect(said({ images: { registry } })).toEqual([]));
  it.each(['https://registry.example.com', 'registry.example.com/Mirror', 'a b', 'registry:port/x'])('%s is none', (registry) => expect(said({ images: { registry } })).toHaveLength(1));

  it.each(['loki', 'grafana/loki:3.7.8', 'r.example.com:5000/g/loki:3.7.8@sha256:' + 'a'.repeat(64)])('%s is an image', (image) => expect(said({ loki: { image } })).toEqual([]));
  it.each(['https://r.example.com/loki', 'grafana/Loki', 'loki:3.7.8 ', 'loki@sha256:beef'])('%s is none', (image) => expect(said({ loki: { image } })).toHaveLength(1));
});
