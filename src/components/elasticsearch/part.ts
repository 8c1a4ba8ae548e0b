import type { LogStackSpec } from '../../api/logstack.ts';
import type { Peer } from '../kit/network.ts';
import { EMPTY_PART, type Part } from '../kit/part.ts';
import type { Stage } from '../kit/stage.ts';

export const ELASTICSEARCH_VERSION = '9.5.1';

export function elasticsearchPart(_stage: Stage, _spec: LogStackSpec, _clients: readonly Peer[]): Part {
  return EMPTY_PART;
}
