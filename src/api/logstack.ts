import { z } from 'zod';
import {
  allowedNamespaces, componentOverrides, dnsLabel, flag, freeText, images, labelSelector, managementState, networkPolicy, rawObject, size, version, volume,
} from './common.ts';
import { retentionPeriod } from './duration.ts';
import { objectStorage } from './objectstorage.ts';
import { patterned } from './pattern.ts';
import { ruled } from './rule.ts';

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

const loki = z
  .strictObject({
    replicas: z.union([z.literal(1), z.literal(3)]).optional()
      .meta({ description: 'Pods that each run all of Loki. 3 replicate every line three times and need object storage. Default: by size.' }),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject("Merged into Loki's own configuration. A path that a typed field owns is refused.").optional(),
  })
  .meta({ description: 'Loki, monolithic.' });

const podLogs = z
  .strictObject({
    from: z.enum(['files', 'api', 'none']).optional().meta({
      description: 'files: a DaemonSet reads the log files of its node (needs hostPath and root, so not allowed under the restricted Pod Security level). ' +
        'api: through the Kubernetes API, without privileges, at more load on it. Default: files.',
    }),
    namespaces: z
      .strictObject({
        include: z.array(dnsLabel('Namespace.')).max(128).optional().meta({ description: 'Only these. Default: all.' }),
        exclude: z.array(dnsLabel('Namespace.')).max(128).optional().meta({ description: 'All but these.' }),
      })
      .optional()
      .meta({ description: 'Namespaces whose pods are collected.' }),
    selector: labelSelector('Pods that are collected, by label. Default: all.').optional(),
  })
  .meta({ description: 'Logs of pods.' });

const alloy = z
  .strictObject({
    version: version('Alloy').optional(),
    podLogs: podLogs.optional(),
    events: flag('Kubernetes events as log lines. Default: true.').optional(),
    clusterName: dnsLabel('Value of the label `cluster` on every line. Default: no such label.').optional(),
    replicas: z.int().min(1).max(16).optional()
      .meta({ description: 'Pods that share what is read through the API (pod logs with `from: api`, events). Default: 1.' }),
    ...componentOverrides,
    storage: volume.optional(),
    extraConfig: freeText(65_536).optional()
      .meta({ description: "More of Alloy's own configuration, in a file of its own beside ours. It may refer to `loki.write.default.receiver`." }),
  })
  .meta({ description: 'Collection by Grafana Alloy.' });

const collection = z.strictObject({ alloy: alloy.optional() }).meta({ description: 'What sends logs into this stack. Absent: nothing is collected.' });

const tenancy = ruled(
  z
    .strictObject({
      enabled: flag("Loki's `auth_enabled`: every request needs an X-Scope-OrgID. Default: false."),
      tenant: patterned(z.string().max(150), TENANT_ID, 'expected letters, digits, _ or -').optional()
        .meta({ description: 'Tenant that our own collectors write as and the dashboards read as.' }),
    })
    .meta({ description: 'Tenancy of the store. Changing `enabled` hides data that is already there.' }),
  {
    cel: '!self.enabled || has(self.tenant)',
    code: 'TenantRequired',
    message: 'required while tenancy is enabled: name the tenant that the collectors write as',
    path: ['tenant'],
    holds: (t) => !t.enabled || t.tenant !== undefined,
  },
);

const spec = z.strictObject({
  managementState: managementState.optional(),
  backend: z.enum(['loki']).meta({ description: 'The store.' }),
  version: version('Loki').optional(),
  size: size.optional(),
  images: images.optional(),
  retention: retentionPeriod('How long logs are kept, at least: `30d`. Default: for ever.').optional(),
  storage: objectStorage.optional(),
  tenancy: tenancy.optional(),
  loki: loki.optional(),
  collection: collection.optional(),
  networkPolicy: networkPolicy.optional(),
  allowedNamespaces: allowedNamespaces.optional(),
});

export const logStackSpec = ruled(spec.meta({ description: 'Logs: a store, and what writes into it.' }), {
  cel: "!(has(self.loki) && has(self.loki.replicas) && self.loki.replicas == 3) || (has(self.storage) && self.storage.type != 'filesystem')",
  code: 'ReplicasNeedObjectStorage',
  message: 'three replicas need object storage (s3, gcs or azure), for a filesystem cannot be shared: set storage, or one replica',
  path: ['loki', 'replicas'],
  holds: (s) => s.loki?.replicas !== 3 || (s.storage !== undefined && s.storage.type !== 'filesystem'),
});

export type LogStackSpec = z.output<typeof logStackSpec>;
