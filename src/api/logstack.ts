import { z } from 'zod';
import { alloyConsumer } from './alloyconsumer.ts';
import { alloy } from './collectors/alloy.ts';
import { auditbeat, filebeat, heartbeat, metricbeat, packetbeat } from './collectors/beats.ts';
import { fluentBit } from './collectors/fluentbit.ts';
import { fluentd } from './collectors/fluentd.ts';
import { promtail } from './collectors/promtail.ts';
import { allowedNamespaces, images, managementState, networkPolicy, size, version } from './common.ts';
import { retentionPeriod } from './duration.ts';
import { elasticsearch } from './elasticsearch.ts';
import { fluentdAggregator } from './fluentdaggregator.ts';
import { kafka } from './kafka.ts';
import { kibana } from './kibana.ts';
import { logstash } from './logstash.ts';
import { loki } from './loki.ts';
import { objectStorage } from './objectstorage.ts';
import { type Rule, ruled } from './rule.ts';
import { tenancy } from './tenancy.ts';

const collection = ruled(
  z.strictObject({
    alloy: alloy.optional(),
    fluentd: fluentd.optional(),
    fluentBit: fluentBit.optional(),
    promtail: promtail.optional(),
    filebeat: filebeat.optional(),
    metricbeat: metricbeat.optional(),
    packetbeat: packetbeat.optional(),
    heartbeat: heartbeat.optional(),
    auditbeat: auditbeat.optional(),
  })
  .meta({ description: 'What sends into this stack. Absent: nothing is collected.' }),
  {
    cel: '!has(self.alloy) || !has(self.promtail) || !has(self.promtail.migrateTo)',
    code: 'InvalidValue',
    message: 'promtail.migrateTo runs Alloy in the place of Promtail, and there is one Alloy: remove promtail, or alloy',
    path: ['promtail', 'migrateTo'],
    holds: (c) => c.alloy === undefined || c.promtail?.migrateTo === undefined,
  },
);

const buffer = z
  .strictObject({ kafka: kafka.optional() })
  .meta({ description: 'A buffer between the collectors and what processes or stores their records.' });

const processing = ruled(
  z
    .strictObject({ logstash: logstash.optional(), fluentd: fluentdAggregator.optional(), alloy: alloyConsumer.optional() })
    .meta({ description: 'What takes records from the collectors, or from the buffer, and writes them to the store.' }),
  {
    cel: '[has(self.logstash), has(self.fluentd), has(self.alloy)].filter(x, x).size() <= 1',
    code: 'InvalidValue',
    message: 'set only one of logstash, fluentd and alloy: records would be stored more than once',
    holds: (p) => [p.logstash, p.fluentd, p.alloy].filter((one) => one !== undefined).length <= 1,
  },
);

const spec = z.strictObject({
  managementState: managementState.optional(),
  backend: z.enum(['loki', 'elasticsearch']).meta({ description: 'The store.' }),
  version: version('the store').optional(),
  size: size.optional(),
  images: images.optional(),
  retention: retentionPeriod('How long logs are kept, at least: `30d`. Default: for ever.').optional(),
  storage: objectStorage.optional(),
  tenancy: tenancy("Loki's `auth_enabled`", 'the collectors').optional(),
  loki: loki.optional(),
  elasticsearch: elasticsearch.optional(),
  kibana: kibana.optional(),
  collection: collection.optional(),
  buffer: buffer.optional(),
  processing: processing.optional(),
  networkPolicy: networkPolicy.optional(),
  allowedNamespaces: allowedNamespaces.optional(),
});

type Spec = z.output<typeof spec>;

/** Fields that belong to one store only. */
const belongsTo = (backend: Spec['backend'], field: 'loki' | 'storage' | 'tenancy' | 'elasticsearch' | 'kibana'): Rule<Spec> => ({
  cel: `self.backend == '${backend}' || !has(self.${field})`,
  code: 'BackendMismatch',
  message: `${field} belongs to backend ${backend}: remove it, or set backend to ${backend}`,
  path: [field],
  holds: (s) => s.backend === backend || s[field] === undefined,
});

export const logStackSpec = ruled(
  spec.meta({ description: 'Logs: a store, and what writes into it.' }),
  {
    cel: "!(has(self.loki) && has(self.loki.replicas) && self.loki.replicas == 3) || (has(self.storage) && self.storage.type != 'filesystem')",
    code: 'ReplicasNeedObjectStorage',
    message: 'three replicas need object storage (s3, gcs or azure), for a filesystem cannot be shared: set storage, or one replica',
    path: ['loki', 'replicas'],
    holds: (s) => s.loki?.replicas !== 3 || (s.storage !== undefined && s.storage.type !== 'filesystem'),
  },
  belongsTo('loki', 'loki'),
  belongsTo('loki', 'storage'),
  belongsTo('loki', 'tenancy'),
  belongsTo('elasticsearch', 'elasticsearch'),
  belongsTo('elasticsearch', 'kibana'),
  {
    cel: "self.backend == 'elasticsearch' || !has(self.processing) || !has(self.processing.logstash)",
    code: 'BackendMismatch',
    message: 'Logstash cannot write to Loki: use processing.fluentd or processing.alloy, or backend elasticsearch',
    path: ['processing', 'logstash'],
    holds: (s) => s.backend === 'elasticsearch' || s.processing?.logstash === undefined,
  },
  {
    cel: "self.backend == 'loki' || !has(self.processing) || !has(self.processing.alloy)",
    code: 'BackendMismatch',
    message: 'Alloy cannot write to Elasticsearch: use processing.logstash or processing.fluentd, or backend loki',
    path: ['processing', 'alloy'],
    holds: (s) => s.backend === 'loki' || s.processing?.alloy === undefined,
  },
  {
    cel: "self.backend == 'loki' || !has(self.buffer) || !has(self.buffer.kafka) || (has(self.processing) && (has(self.processing.logstash) || has(self.processing.fluentd)))",
    code: 'ConsumerRequired',
    message: 'nothing would take the records out of Kafka: set processing.logstash or processing.fluentd',
    path: ['buffer', 'kafka'],
    holds: (s) => s.backend === 'loki' || s.buffer?.kafka === undefined || s.processing?.logstash !== undefined || s.processing?.fluentd !== undefined,
  },
);

export type LogStackSpec = z.output<typeof logStackSpec>;
