import { z } from 'zod';
import { componentOverrides, dnsLabel, flag, freeText, peers, rawObject, version, volume } from './common.ts';
import { patterned } from './pattern.ts';
import { quantity } from './quantity.ts';
import { type Rule, ruled } from './rule.ts';

/** Logstash's pipelines, typed. What a user writes is a string in its language, and never syntax, but for `raw`. */

const LONGEST = 1024;

const line = (description: string) => freeText(LONGEST, 1).meta({ description });

const field = (description: string) => freeText(256, 1).meta({ description: `${description} A field: \`message\`, \`[kubernetes][namespace]\`.` });

const fields = (description: string) => z.array(freeText(256, 1)).max(16).meta({ description });

const map = (description: string, most = 16) =>
  z.record(z.string(), freeText(LONGEST))
    .refine((value) => Object.keys(value).length <= most, `at most ${most} entries`)
    .meta({ description, maxProperties: most });

const raw = (section: string) =>
  freeText(8192, 1).meta({
    description: `Logstash's own language, as it stands inside of \`${section} { }\`. It may read variables of the pod (\`\${NAME}\`), the password of the store among ` +
      'them: let only those write it who may know that. What does not parse, or would end the section, is refused.',
  });

/** Exactly one of some fields is set. */
const oneOf = <T extends object>(names: readonly (keyof T & string)[]): Rule<T> => ({
  cel: `[${names.map((name) => `has(self.${name === 'in' ? '__in__' : name})`).join(', ')}].filter(x, x).size() == 1`,
  code: 'InvalidValue',
  message: `set exactly one of ${names.join(', ')}`,
  holds: (value) => names.filter((name) => value[name] !== undefined).length === 1,
});

const port = (description: string) => z.int().min(1024).max(65_535).meta({ description });

const INPUTS = ['beats', 'http', 'tcp', 'syslog', 'kafka', 'raw'] as const;

const inputShape = z
  .strictObject({
    beats: z.strictObject({ port: port('Default: 5044.').optional() }).meta({ description: 'Filebeat and its kin.' }).optional(),
    http: z.strictObject({ port: port('Default: 8080.').optional() }).meta({ description: 'Events as JSON, one or a list in each request.' }).optional(),
    tcp: z
      .strictObject({ port: port('Port.'), codec: z.enum(['line', 'json_lines']).optional().meta({ description: 'Default: json_lines.' }) })
      .meta({ description: 'Lines over TCP.' }).optional(),
    syslog: z.strictObject({ port: port('Default: 5514.').optional() }).meta({ description: 'RFC 3164 over TCP.' }).optional(),
    kafka: z
      .strictObject({
        topics: z.array(freeText(249, 1)).min(1).max(16).optional().meta({ description: "Default: the topic of the stack's buffer." }),
        groupId: freeText(249, 1).optional().meta({ description: 'Consumer group. Default: `<namespace>.<name>.logstash`, and `.<pipeline>` where there are several.' }),
        threads: z.int().min(1).max(64).optional().meta({ description: 'Readers in each pod. Default: partitions divided by replicas.' }),
      })
      .meta({ description: "Records of the stack's buffer (`spec.buffer.kafka`), JSON each." }).optional(),
    raw: raw('input').optional(),
  })
  .meta({ description: 'One input: set exactly one field.' });

const condition = z
  .strictObject({
    field: patterned(z.string().min(3).max(256), /^(\[[A-Za-z0-9_@.\/ -]+\])+$/, 'expected a field such as [kubernetes][namespace]').meta({ description: 'Field.' }),
    is: line('The field has this value.').optional(),
    isNot: line('The field has another value, or none.').optional(),
    matches: line('A regular expression matches the field.').optional(),
    isOneOf: z.array(freeText(LONGEST, 1)).min(1).max(16).optional().meta({ description: 'The field has one of these values.' }),
    exists: flag('Whether the field is there.').optional(),
  })
  .meta({ description: 'A condition: `field`, and exactly one of the others.' });

const when = z.array(ruled(condition, oneOf(['is', 'isNot', 'matches', 'isOneOf', 'exists']))).max(4)
  .meta({ description: 'Only for events for which all of these hold. Default: for all.' });

const grok = z
  .strictObject({
    field: field('Default: message.').optional(),
    patterns: z.array(freeText(2048, 1)).min(1).max(16).meta({ description: 'Tried in turn; the first that matches counts.' }),
    definitions: map('Patterns of your own: name → expression.').optional(),
    overwrite: fields('Fields that a match replaces.').optional(),
  })
  .meta({ description: 'Takes a line apart.' });

const json = z
  .strictObject({ field: field('Default: message.').optional(), target: field('Where the result goes. Default: the root of the event.').optional() })
  .meta({ description: 'Takes JSON apart. What is none stays as it is.' });

const mutate = z
  .strictObject({
    rename: map('Old → new field.').optional(),
    replace: map('Field → value, which may hold `%{[field]}`.').optional(),
    convert: z
      .record(z.string(), z.enum(['integer', 'float', 'string', 'boolean']))
      .refine((value) => Object.keys(value).length <= 16, 'at most 16 entries')
      .meta({ description: 'Field → type.', maxProperties: 16 }).optional(),
    lowercase: fields('Fields.').optional(),
    add: map('Field → value, for what comes new.').optional(),
    remove: fields('Fields.').optional(),
  })
  .meta({ description: 'Changes fields; in the order of the list here, whatever order they stand in.' });

const date = z
  .strictObject({
    field: field('Holds the time.'),
    formats: z.array(freeText(128, 1)).min(1).max(16).meta({ description: '`ISO8601`, `UNIX`, `UNIX_MS`, or a pattern such as `yyyy-MM-dd HH:mm:ss`.' }),
    timezone: freeText(64, 1).meta({ description: 'For times without one: `Europe/Berlin`. Default: UTC.' }).optional(),
    target: field('Default: @timestamp.').optional(),
  })
  .meta({ description: "The event's time." });

const geoip = z
  .strictObject({ field: field('Holds the address.'), target: field('Where the place goes.') })
  .meta({ description: 'The place of an address. Logstash fetches its database from the internet, and stops using it 30 days after it last could.' });

const FILTERS = ['grok', 'json', 'mutate', 'date', 'geoip', 'drop', 'raw'] as const;

const filterShape = z
  .strictObject({
    if: when.optional(),
    grok: grok.optional(),
    json: json.optional(),
    mutate: mutate.optional(),
    date: date.optional(),
    geoip: geoip.optional(),
    drop: z.strictObject({}).meta({ description: 'The event goes.' }).optional(),
    raw: raw('filter').optional(),
  })
  .meta({ description: 'One filter: set exactly one field beside `if`.' });

const outputShape = z
  .strictObject({
    if: when.optional(),
    store: z.strictObject({}).meta({ description: "The stack's Elasticsearch." }).optional(),
    raw: raw('output').optional(),
  })
  .meta({ description: 'One output: set exactly one field beside `if`.' });

const pipeline = z
  .strictObject({
    name: dnsLabel('Its id in Logstash.'),
    inputs: z.array(ruled(inputShape, oneOf(INPUTS))).min(1).max(8).optional()
      .meta({ description: "Default: the stack's collectors (beats and http), or its buffer." }),
    filters: z.array(ruled(filterShape, oneOf(FILTERS))).max(24).optional().meta({ description: 'In this order. Default: none.' }),
    outputs: z.array(ruled(outputShape, oneOf(['store', 'raw']))).min(1).max(8).optional().meta({ description: 'Default: the store.' }),
    workers: z.int().min(1).max(64).optional().meta({ description: 'Threads. Default: one for each processor.' }),
    batchSize: z.int().min(1).max(10_000).optional().meta({ description: 'Events in one batch. Default: 125.' }),
  })
  .meta({ description: 'A pipeline.' });

export const logstash = z
  .strictObject({
    version: version('Logstash').optional(),
    replicas: z.int().min(1).max(16).optional().meta({ description: 'Pods. Fewer than before leaves what lies in the queues of those that go: empty them first. Default: by size.' }),
    pipelines: z.array(pipeline).min(1).max(8).optional().meta({ description: "Default: one, `main`, from the stack's collectors or its buffer to its store." }),
    queue: z
      .strictObject({ maxBytes: quantity('On disk, for each pipeline. Default: six tenths of the volume, shared out.').optional() })
      .meta({ description: 'Events that are taken but not yet stored lie here.' }).optional(),
    deadLetters: z
      .strictObject({
        enabled: flag('Default: true.').optional(),
        maxBytes: quantity('On disk, for each pipeline; the oldest go first. Default: a tenth of the volume, shared out.').optional(),
      })
      .meta({ description: 'Events that the store refuses for what they are.' }).optional(),
    from: peers('More peers that may send to the inputs: hosts outside of this stack.').optional(),
    config: rawObject('More of logstash.yml, deep-merged.').optional(),
    ...componentOverrides,
    storage: volume.optional(),
  })
  .meta({ description: 'Processing by Logstash.' });

export type LogstashSpec = z.output<typeof logstash>;
export type LogstashPipeline = NonNullable<LogstashSpec['pipelines']>[number];
export type LogstashInput = NonNullable<LogstashPipeline['inputs']>[number];
export type LogstashFilter = NonNullable<LogstashPipeline['filters']>[number];
export type LogstashOutput = NonNullable<LogstashPipeline['outputs']>[number];
export type LogstashCondition = NonNullable<LogstashFilter['if']>[number];
