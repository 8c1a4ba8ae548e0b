import type { ProductObject } from '../../base/product.ts';
import { segment } from '../client.ts';
import { flatSettings, holds, treeAt } from '../compare.ts';
import { ProductError } from '../errors.ts';
import type { Visit } from '../driver.ts';
import { Foreign } from '../foreign.ts';
import { isOurs, mappingsHash } from './objects.ts';

interface BackingIndex {
  index_name: string;
  ilm_policy?: string;
}

/** What of `GET /_data_stream/<name>` is needed. */
interface DataStream {
  name: string;
  /** Name of the index template that its next backing index is made from. */
  template?: string;
  indices: readonly BackingIndex[];
  rollover_on_write?: boolean;
  /** Copied from the template when the stream was made. */
  _meta?: Readonly<Record<string, unknown>>;
}

const REPLICAS = 'index.number_of_replicas';
const POLICY = 'index.lifecycle.name';

async function read({ client }: Visit, name: string): Promise<DataStream | undefined> {
  const answer = await client.find<{ data_streams: readonly DataStream[] }>(`/_data_stream/${segment(name)}`);
  return answer?.data_streams.find((stream) => stream.name === name);
}

/** That somebody else was faster is as good. */
async function create({ client }: Visit, name: string): Promise<void> {
  try {
    await client.ask({ method: 'PUT', path: `/_data_stream/${segment(name)}` });
  } catch (error) {
    if (error instanceof ProductError && error.trouble === 'invalid' && error.message.includes('already exists')) return;
    throw error;
  }
}

async function readOrCreate(visit: Visit, name: string): Promise<DataStream> {
  const found = await read(visit, name);
  if (found !== undefined) return found;
  await create(visit, name);
  const created = await read(visit, name);
  if (created === undefined) throw new ProductError({ trouble: 'conflict', message: `data stream ${name} is gone again` });
  return created;
}

/**
 * A stream is ours by the tag that our template gave it. One that Elasticsearch itself made, from a template that comes with it
 * (`managed`), since a collector wrote before we were here, is taken over.
 */
function checkOwner(stream: DataStream, template: ProductObject | undefined): void {
  const meta = stream._meta ?? {};
  if (!isOurs(meta) && meta['managed'] !== true) throw new Foreign(`data stream ${stream.name} was made by somebody else`, 'reindex what is in it elsewhere and delete it');
  if (template !== undefined && stream.template !== template.name) {
    const other = stream.template ?? '(none)';
    throw new Foreign(`data stream ${stream.name} follows index template ${other} in place of ${template.name}`, `delete ${other}, or give it a lower priority`);
  }
}

const writeIndexOf = (stream: DataStream): string => stream.indices.at(-1)?.index_name ?? '';

/** Settings that a template gives to new backing indices only, so that those that are there have to be told. */
async function ensureSettings({ client }: Visit, stream: DataStream, wanted: Readonly<Record<string, string>>): Promise<void> {
  const policy = wanted[POLICY];
  const replicas = wanted[REPLICAS];
  const change: Record<string, string> = {};
  if (policy !== undefined && stream.indices.some((index) => index.ilm_policy !== policy)) change[POLICY] = policy;
  if (replicas !== undefined) {
    const index = writeIndexOf(stream);
    // Only the write index is looked at: ILM may give older ones another number.
    const answer = await client.ask({ path: `/${segment(index)}/_settings?flat_settings=true` });
    if (flatSettings(treeAt(answer, index, 'settings'))[REPLICAS] !== replicas) change[REPLICAS] = replicas;
  }
  if (Object.keys(change).length > 0) await client.ask({ method: 'PUT', path: `/${segment(stream.name)}/_settings`, body: change });
}

/** The failure store and the like: the template's words count only when a stream is made. */
async function ensureOptions({ client }: Visit, name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
  if (Object.keys(options).length === 0) return;
  const path = `/_data_stream/${segment(name)}/_options`;
  const answer = await client.find<{ data_streams?: readonly { name: string; options?: unknown }[] }>(path);
  const live = answer?.data_streams?.find((stream) => stream.name === name)?.options;
  if (!holds(options, live)) await client.ask({ method: 'PUT', path, body: options });
}

/**
 * The mappings of an index cannot be changed into any others, those of the next one can be anything. So a stream whose write index
 * was made by other mappings is rolled over, with its next document: asking for that twice is as good as once.
 */
async function ensureMappings({ client }: Visit, stream: DataStream, hash: string): Promise<void> {
  if (stream.rollover_on_write === true) return;
  const index = writeIndexOf(stream);
  const answer = await client.ask({ path: `/${segment(index)}/_mapping` });
  if (treeAt(answer, index, 'mappings', '_meta')['hash'] === hash) return;
  await client.ask({ method: 'POST', path: `/${segment(stream.name)}/_rollover?lazy=true` });
}

/** Makes a data stream, and brings the indices of one that is there to what its template says now. */
export async function ensureDataStream(visit: Visit, { name }: ProductObject, template: ProductObject | undefined): Promise<void> {
  const stream = await readOrCreate(visit, name);
  checkOwner(stream, template);
  if (template === undefined) return;
  await ensureSettings(visit, stream, flatSettings(treeAt(template.body, 'template', 'settings')));
  await ensureOptions(visit, name, treeAt(template.body, 'template', 'data_stream_options'));
  await ensureMappings(visit, stream, mappingsHash(template.body));
}
