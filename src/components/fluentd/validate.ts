import { durationMs } from '../../api/duration.ts';
import { failure, type Finding } from '../../api/finding.ts';
import type { Quantity } from '../../api/quantity.ts';
import { shareOf } from './buffer.ts';
import { imageWith, type Plugin } from './images.ts';

/** Bytes below which a buffer holds too few chunks to be one. */
const LEAST_BUFFER = 64 * 2 ** 20;

export const bufferFindings = (path: string, size: Quantity | undefined): Finding[] =>
  size === undefined || shareOf(size, 1) >= LEAST_BUFFER
    ? []
    : [failure('InvalidValue', path, `${path}: ${size} is too small for a buffer: give 64Mi or more`)];

/** Fluentd counts retries in seconds, and stops at once at less than one. */
export const retryFindings = (path: string, retryFor: string | undefined): Finding[] =>
  retryFor === undefined || durationMs(retryFor) >= 60_000
    ? []
    : [failure('InvalidValue', path, `${path}: ${retryFor} is too short: give 1m or more, or leave it out to retry for ever`)];

/** A pipeline that needs plugins which no image has together. */
interface Needed {
  /** Field of the component. */
  path: string;
  plugins: readonly Plugin[];
  /** What would do instead of an image of one's own. */
  instead: string;
}

/** What the catalogue cannot give. Of the user's own image nothing is asked. */
export function imageFindings({ path, plugins, instead }: Needed, image: string | undefined): Finding[] {
  if (image !== undefined || imageWith(plugins)) return [];
  const message = `${path}: no official image of Fluentd has the plugins ${plugins.join(' and ')} together: ${instead}, or set ${path}.image to an image that has them`;
  return [failure('SinkUnsupported', path, message)];
}
