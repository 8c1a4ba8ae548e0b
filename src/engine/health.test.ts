import { afterEach, describe, expect, it } from '@jest/globals';
import { HealthServer, LoopDelay, parseAddress, reconcileCheck } from './health.ts';
import { Metrics } from './metrics.ts';
import { FakeClock } from './testing/clock.ts';
import { toy } from './testing/toy.ts';

let server: HealthServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('parseAddress', () => {
  it('takes what probes and Prometheus are configured with', () => {
    expect(parseAddress(':8080')).toEqual({ port: 8080 });
    expect(parseAddress('127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 });
    expect(parseAddress('[::1]:9')).toEqual({ host: '::1', port: 9 });
    for (const bad of ['8080', 'a:b', ':99999', ':-1']) expect(() => parseAddress(bad)).toThrow(TypeError);
  });
});

describe('HealthServer', () => {
  it('answers by its checks', async () => {
    const state: { wrong?: string } = {};
    server = new HealthServer({
      live: { a: () => undefined, b: () => state.wrong },
      ready: {},
      metrics: { text: () => (state.wrong === undefined ? Promise.resolve('m 1\n') : Promise.reject(new Error('x'))), contentType: 'text/plain; version=0.0.4' },
    });
    const port = await server.listen('127.0.0.1:0');
    const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return [response.status, await response.text()];
    };
    expect(await get('/healthz?verbose')).toEqual([200, '[+] a ok\n[+] b ok\n']);
    expect(await get('/readyz')).toEqual([200, 'ok\n']);
    expect(await get('/metrics')).toEqual([200, 'm 1\n']);
    expect((await get('/other'))[0]).toBe(404);
    expect((await get('/healthz', 'POST'))[0]).toBe(405);
    state.wrong = 'it hurts';
    expect(await get('/healthz')).toEqual([503, '[+] a ok\n[-] b failed: it hurts\n']);
    expect((await get('/metrics'))[0]).toBe(500);
  });
});

describe('checks', () => {
  it('find a reconciliation that hangs', () => {
    expect(reconcileCheck(() => 60_000)()).toBeUndefined();
    expect(reconcileCheck(() => 11 * 60_000)()).toBe('a reconciliation has been running for 660 s');
  });

  it('are content with an event loop that turns', () => {
    const delay = new LoopDelay();
    expect(delay.check()).toBeUndefined();
    delay.stop();
  });
});

describe('Metrics', () => {
  const setup = (): { clock: FakeClock; metrics: Metrics } => {
    const clock = new FakeClock();
    const resource = { ...toy('a'), status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'StorageReady', status: 'Unknown' }] } };
    const metrics = new Metrics({ clock, controllers: ['toy'], workers: 3, host: 'api:443', resources: () => [resource, toy('b')], processMetrics: false });
    return { clock, metrics };
  };

  it('start their counters at zero', async () => {
    const text = await setup().metrics.registry.metrics();
    for (const line of [
      'controller_runtime_reconcile_total{controller="toy",result="requeue_after"} 0',
      'controller_runtime_reconcile_errors_total{controller="toy"} 0',
      'controller_runtime_terminal_reconcile_errors_total{controller="toy"} 0',
      'controller_runtime_reconcile_panics_total{controller="toy"} 0',
      'controller_runtime_reconcile_timeouts_total{controller="toy"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="toy"} 3',
      'controller_runtime_active_workers{controller="toy"} 0',
      'workqueue_adds_total{name="toy",controller="toy"} 0',
      'workqueue_retries_total{name="toy",controller="toy"} 0',
      'workqueue_unfinished_work_seconds{name="toy",controller="toy"} 0',
      'workqueue_longest_running_processor_seconds{name="toy",controller="toy"} 0',
      'lgtm_operator_resource_condition{kind="Toy",namespace="ns",name="a",type="Ready"} 1',
      'lgtm_operator_resource_condition{kind="Toy",namespace="ns",name="a",type="StorageReady"} -1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it('follow a key through queue and worker', async () => {
    const { clock, metrics } = setup();
    metrics.added('Toy/ns/a');
    metrics.depth('Toy/ns/a', -10, 1);
    metrics.depth('Toy/ns/a', -10, -1);
    metrics.taken('Toy/ns/a', 250);
    metrics.started('Toy/ns/a');
    await clock.advance(2_000);
    expect(metrics.oldestRunningMs()).toBe(2_000);
    expect(await metrics.registry.metrics()).toContain('workqueue_longest_running_processor_seconds{name="toy",controller="toy"} 2\n');
    metrics.ended('Toy/ns/a', 'error');
    metrics.retried('Toy/ns/a');
    metrics.leading('operator', true);
    metrics.request({ method: 'PATCH', code: 200, seconds: 0.1, path: '/x', watch: false });
    metrics.request({ method: 'GET', code: 0, seconds: 0.1, path: '/x', watch: true });
    const text = await metrics.registry.metrics();
    for (const line of [
      'workqueue_depth{name="toy",controller="toy",priority="-10"} 0',
      'workqueue_queue_duration_seconds_sum{name="toy",controller="toy"} 0.25',
      'workqueue_work_duration_seconds_sum{name="toy",controller="toy"} 2',
      'controller_runtime_reconcile_time_seconds_bucket{le="2",controller="toy"} 1',
      'controller_runtime_reconcile_total{controller="toy",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="toy"} 1',
      'workqueue_retries_total{name="toy",controller="toy"} 1',
      'leader_election_master_status{name="operator"} 1',
      'rest_client_requests_total{code="200",method="PATCH",host="api:443"} 1',
      'rest_client_requests_total{code="<error>",method="GET",host="api:443"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(metrics.oldestRunningMs()).toBe(0);
  });
});
