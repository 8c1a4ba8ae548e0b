import { z } from 'zod';
import {
  componentOverrides, dnsLabel, images, labelSelector, managementState, networkPolicy, objectName, rawObject, size, version, volume,
} from './common.ts';
import { ingress } from './ingress.ts';

/** Kinds that a datasource can be made for. */
export const DATASOURCE_KINDS = ['LogStack', 'TracingStack', 'MetricsStack'] as const;

const stackRef = z
  .strictObject({
    kind: z.enum(DATASOURCE_KINDS).meta({ description: 'Kind of the stack.' }),
    name: dnsLabel('Name of the stack.'),
    namespace: dnsLabel('Namespace of the stack, which must allow this one. Default: the own namespace.').optional(),
  })
  .meta({ description: 'A stack by name. Ready waits for it.' });

const stacks = z
  .strictObject({
    selector: labelSelector('Stacks by label; `{}` selects all. Default: all, unless `refs` is given.').optional(),
    namespaces: z.array(dnsLabel('Namespace.')).max(64).optional()
      .meta({ description: 'Namespaces in which the selector looks. Default: the own namespace.' }),
    refs: z.array(stackRef).max(64).optional().meta({ description: 'Stacks by name.' }),
  })
  .meta({ description: 'Stacks that get a datasource. Default: all of the own namespace.' });

const grafana = z
  .strictObject({
    replicas: z.literal(1).optional().meta({ description: 'More than one needs a shared database, which is not offered yet.' }),
    ...componentOverrides,
    storage: volume.optional(),
    config: rawObject('grafana.ini by section and key, merged into ours. A key that a typed field owns is refused.').optional(),
  })
  .meta({ description: 'Grafana.' });

const admin = z
  .strictObject({
    secretName: objectName('Secret with `admin-user` and `admin-password`. Default: one is generated.').optional(),
  })
  .meta({ description: "Grafana's first administrator. The password counts at the first start only; Grafana keeps it in its database." });

export const dashboardStackSpec = z
  .strictObject({
    managementState: managementState.optional(),
    version: version('Grafana').optional(),
    size: size.optional(),
    images: images.optional(),
    stacks: stacks.optional(),
    grafana: grafana.optional(),
    admin: admin.optional(),
    ingress: ingress('Grafana').optional(),
    networkPolicy: networkPolicy.optional(),
  })
  .meta({ description: 'Grafana, with a datasource for every stack that it may see.' });

export type DashboardStackSpec = z.output<typeof dashboardStackSpec>;
