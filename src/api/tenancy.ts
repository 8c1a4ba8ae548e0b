import { z } from 'zod';
import { flag } from './common.ts';
import { patterned } from './pattern.ts';
import { ruled } from './rule.ts';

const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Tenancy of a Grafana store. `setting`: the product's own name for it; `writers`: who writes as the tenant. */
export const tenancy = (setting: string, writers: string) =>
  ruled(
    z
      .strictObject({
        enabled: flag(`${setting}: every request needs an X-Scope-OrgID. Default: false.`),
        tenant: patterned(z.string().max(150), TENANT_ID, 'expected letters, digits, _ or -').optional()
          .meta({ description: `Tenant that ${writers} write as and the dashboards read as.` }),
      })
      .meta({ description: 'Tenancy of the store. Changing `enabled` hides data that is already there.' }),
    {
      cel: '!self.enabled || has(self.tenant)',
      code: 'TenantRequired',
      message: `required while tenancy is enabled: name the tenant that ${writers} write as`,
      path: ['tenant'],
      holds: (t) => !t.enabled || t.tenant !== undefined,
    },
  );
