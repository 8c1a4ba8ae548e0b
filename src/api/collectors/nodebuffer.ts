import { quantity } from '../quantity.ts';

/** Bytes that a collector may keep on the disk of its node while the next stage does not take them. */
export const bufferSize = (whenFull: string) =>
  quantity(`Disk that unsent records may take on each node: \`1Gi\`. ${whenFull} Default: by size.`);
