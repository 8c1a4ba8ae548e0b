import type { KubeObject } from '../base/object.ts';
import { LABEL } from '../base/names.ts';

/**
 * The version of a product: the user's, else the one that was chosen before (by what runs, then by the status, which a
 * restore may have lost), else ours of today. So an upgrade of the operator moves nothing.
 */
export const chosenVersion = (
  wanted: string | undefined,
  running: KubeObject | undefined,
  recorded: string | undefined,
  latest: string,
): string => wanted ?? running?.metadata.labels?.[LABEL.version] ?? recorded ?? latest;
