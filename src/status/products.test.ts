import { describe, expect, it } from '@jest/globals';
import { FINDING_CODES } from '../api/finding.ts';
import { type ProductFacts, type ProductWish, wishHash } from '../base/product.ts';
import { type Seen, verdicts } from './conditions.ts';
import type { Plan } from './plan.ts';
import { productFindings, productReport } from './products.ts';

const WISH: ProductWish = {
  id: 'elasticsearch', driver: 'elasticsearch', namespace: 'obs', url: 'https://x', credentials: { token: { secret: 's', key: 'k' } },
  objects: [{ kind: 'ilmPolicy', name: 'logs', body: {} }],
};

const PLAN: Plan = {
  apply: true, rendered: true, unmanaged: false, findings: [], observations: [], products: [WISH], generated: [], manifests: [], workloads: [], wires: [], endpoints: [],
  version: '1.0.0', storage: 'a disk', retention: [{ signal: 'logs', tenant: '*', wanted: '30d', maxAge: '31d', where: 'x' }],
};

const component = { name: 'elasticsearch', kind: 'StatefulSet', object: 'logs-elasticsearch', version: '1.0.0', desired: 1 };
const RUNNING: Seen = { components: [{ ...component, ready: 1 }], claims: [] };
const STARTING: Seen = { components: [{ ...component, ready: 0, message: 'pods are starting' }], claims: [] };

const WELL: ProductFacts = { state: 'reachable', applied: wishHash(WISH), facts: {}, findings: [] };

const finding = (code: string, path = 'elasticsearch') => ({ code, severity: 'error' as const, path, message: `${code}: mend it` });

function show(facts: ProductFacts | undefined, seen = RUNNING, more: Partial<Plan> = {}): string[] {
  const { states, findings } = productReport({ kind: 'LogStack', namespace: 'obs', name: 'logs' }, [WISH], () => facts);
  const found = verdicts({ ...PLAN, ...more, asked: states, observations: findings }, findings, seen);
  return found.filter(({ type }) => !['StorageReady', 'WiringReady'].includes(type)).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

describe('a resource with a product to speak to', () => {
  it('is ready once everything is in force in it', () => {
    expect(show(WELL)).toEqual(['Ready=True Ready', 'ConfigValid=True Valid', 'WorkloadsReady=True PodsReady', 'RetentionApplied=True Applied']);
  });

  it.each<[string, ProductFacts | undefined]>([
    ['was not asked yet', undefined],
    ['does not answer', { ...WELL, state: 'unreachable' }],
    ['holds what was asked for before', { ...WELL, applied: 'other' }],
  ])('waits while it %s', (_case, facts) => {
    expect(show(facts).slice(0, 2)).toEqual(['Ready=False ProductNotReady', 'Reconciling=True ProductNotReady']);
    expect(show(facts)).toContain('WorkloadsReady=False ProductNotReady');
  });

  it('says that the retention is not in force until the policy is', () => {
    expect(show({ ...WELL, applied: 'other' })).toContain('RetentionApplied=False ProductNotReady');
    expect(show({ ...WELL, applied: 'other', findings: [finding('ProductObjectForeign', 'elasticsearch/ilmPolicy/logs')] })).toContain('RetentionApplied=False ProductObjectForeign');
  });

  it.each([['ProductUnauthorized', 'WorkloadsReady'], ['ProductCertificate', 'WorkloadsReady'], ['ProductLicenseExpired', 'WorkloadsReady'], ['ProductObjectForeign', 'ConfigValid'], ['ProductObjectInvalid', 'ConfigValid']])(
    'stalls on %s', (code, type) => {
      expect(show({ ...WELL, findings: [finding(code)] }).slice(0, 2)).toEqual([`Ready=False ${code}`, `Stalled=True ${code}`]);
      expect(show({ ...WELL, findings: [finding(code)] })).toContain(`${type}=False ${code}`);
    });

  it('that is red is waited for, and the pod that is missing is the news', () => {
    const red = { ...WELL, findings: [finding('ProductUnhealthy')] };
    expect(show(red).slice(0, 2)).toEqual(['Ready=False ProductUnhealthy', 'Reconciling=True ProductUnhealthy']);
    expect(show(red, STARTING)).toContain('WorkloadsReady=False PodsNotReady');
  });

  it('that has a spec which is not applied speaks of that', () => {
    const secret = { code: 'SecretMissing' as const, severity: 'error' as const, path: 'spec.x', message: 'x' };
    const { states } = productReport({ kind: 'LogStack', namespace: 'obs', name: 'logs' }, [WISH], () => undefined);
    const found = verdicts({ ...PLAN, apply: false, asked: states }, [secret], RUNNING);
    expect(found.find(({ type }) => type === 'RetentionApplied')).toMatchObject({ status: 'Unknown', reason: 'SecretMissing' });
  });
});

describe('findings of a product', () => {
  it('have codes that exist', () => {
    const codes = ['ProductUnauthorized', 'ProductCertificate', 'ProductObjectForeign', 'ProductObjectInvalid', 'ProductUnhealthy', 'ProductLicenseExpired', 'SecretMissing', 'SecretKeyMissing'];
    expect(codes.filter((code) => !Object.hasOwn(FINDING_CODES, code))).toEqual([]);
    expect(productFindings({ ...WELL, findings: codes.map((code) => finding(code)) }).map(({ code }) => code)).toEqual(codes);
  });
});
