import { durationMs } from '../../api/duration.ts';
import { quantityValue, type Quantity } from '../../api/quantity.ts';
import { DATA_DIR, DEAD_LETTERS_DIR } from './defaults.ts';
import { section, type Section } from './syntax.ts';

export type Overflow = 'block' | 'throw_exception' | 'drop_oldest_chunk';

export interface BufferSettings {
  /** Bytes of all chunks. */
  limit: number;
  overflow: Overflow;
  retryFor: string | undefined;
  /** Bytes of a chunk, at most. Default: 8 MiB. */
  chunk?: number;
}

const MEBIBYTE = 2 ** 20;

/** A share of a disk, in bytes. A volume is not filled up: the rest is for positions, and for what the filesystem itself needs. */
export const shareOf = (size: Quantity, share: number): number => Math.floor(quantityValue(size) * share);

/** Chunks of 8 MiB, or smaller in a small buffer; the default of 256 MB is more than a store takes in one request. */
const chunkSize = (limit: number, most = 8 * MEBIBYTE): number => Math.min(most, Math.floor(limit / 16));

/**
 * A buffer of files. Fluentd's own default would be memory, without a limit that fits, and records thrown away after 72 hours.
 * `keys`: chunk keys, `tag` where the output insists.
 */
export const fileBuffer = (settings: BufferSettings, keys: '' | ' tag'): Section =>
  section(`buffer${keys}`, {
    '@type': 'file',
    path: `${DATA_DIR}/buffer`,
    total_limit_size: settings.limit,
    chunk_limit_size: chunkSize(settings.limit, settings.chunk),
    flush_mode: 'interval',
    flush_interval: '5s',
    flush_thread_count: 4,
    flush_at_shutdown: false,
    overflow_action: settings.overflow,
    retry_type: 'exponential_backoff',
    retry_max_interval: '30s',
    ...(settings.retryFor === undefined ? { retry_forever: true } : { retry_timeout: `${Math.ceil(durationMs(settings.retryFor) / 1000)}s` }),
  });

/** Chunks that will never be taken, and those whose time is over. Without it they would land in /tmp, or nowhere. */
export const secondary = (): Section =>
  section('secondary', { '@type': 'secondary_file', directory: DEAD_LETTERS_DIR, basename: 'chunk.${chunk_id}' });

/** Single records that an output or a filter refused. */
export const errorLabel = (): Section =>
  section('label @ERROR', {}, [
    section(
      'match **',
      { '@type': 'file', '@id': 'dead_letters', path: `${DEAD_LETTERS_DIR}/records`, append: true },
      [
        section('format', { '@type': 'json' }),
        section('inject', { time_key: 'time', time_type: 'string', time_format: '%Y-%m-%dT%H:%M:%S.%NZ', utc: true, tag_key: 'tag' }),
        section('buffer time', { '@type': 'file', path: `${DEAD_LETTERS_DIR}/pending`, timekey: '1d', timekey_use_utc: true, flush_mode: 'interval', flush_interval: '10s' }),
      ],
    ),
  ]);
