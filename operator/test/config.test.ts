import { describe, expect, test } from 'vitest';
import { readConfig, UsageError, usage } from '../src/config.ts';

const read = (...args: string[]) => readConfig(args, {});

describe('the command line', () => {
  test('without flags it works on every namespace, holds a lease and serves the usual ports', () => {
    expect(read()).toEqual({
      kubeconfig: undefined,
      namespaces: [],
      leaderElect: true,
      lease: { durationMs: 15_000, renewMs: 10_000, retryMs: 2_000 },
      auditMs: 3_600_000,
      silenceMs: 90_000,
      healthPort: 8081,
      metricsPort: 9090,
      logLevel: 'info',
      instance: undefined,
      leaseName: 'ecommercestack-operator',
      namespace: undefined,
      storeNotes: {},
      confirmWeights: 'Proxies',
      metricsProviders: {},
    });
  });

  test('every flag is taken, with = and without', () => {
    expect(
      read(
        '--kubeconfig',
        '/k',
        '--namespaces=a, b',
        '--leader-elect=false',
        '--health-port',
        '0',
        '--metrics-port=1',
      ),
    ).toMatchObject({
      kubeconfig: '/k',
      namespaces: ['a', 'b'],
      leaderElect: false,
      healthPort: 0,
      metricsPort: 1,
    });
    expect(read('--leader-elect')).toMatchObject({ leaderElect: true });
    expect(
      read(
        '--lease-duration=4s',
        '--lease-renew-interval=1500ms',
        '--lease-retry-interval=2s',
        '--audit-interval=1m30s',
        '--watch-silence=10s',
      ),
    ).toMatchObject({
      lease: { durationMs: 4_000, renewMs: 1_500, retryMs: 2_000 },
      auditMs: 90_000,
      silenceMs: 10_000,
    });
  });

  test('metrics providers are named once each', () => {
    expect(
      read(
        '--metrics-provider',
        'prom=prometheus:http://prom:9090/base',
        '--metrics-provider=shop=web:https://shop.test',
      )?.metricsProviders,
    ).toEqual({
      prom: { type: 'prometheus', url: new URL('http://prom:9090/base') },
      shop: { type: 'web', url: new URL('https://shop.test') },
    });
    for (const bad of [
      'prom',
      'prom=http://x',
      'Prom=web:http://x',
      'p=web:ftp://x',
      'p=web:http://u@x',
      'p=web:http://x?a=b',
    ]) {
      expect(() => read(`--metrics-provider=${bad}`)).toThrow('NAME=prometheus:URL or NAME=web:URL');
    }
    expect(() => read('--metrics-provider=p=web:http://x', '--metrics-provider=p=web:http://y')).toThrow(
      'p twice',
    );
  });

  test('operators of the same namespaces share a lease, those of others do not meet', () => {
    const lease = (namespaces: string) => read('--namespaces', namespaces)?.leaseName;
    expect(lease('a,b')).toBe('ecommercestack-operator-1eb7c54d52');
    expect(lease('b, a,a')).toBe(lease('a,b'));
    expect(new Set([lease('a'), lease('b'), lease('a,b'), lease('')]).size).toBe(4);
  });

  test('help is asked for, and names every flag', () => {
    expect(read('--help')).toBeUndefined();
    for (const flag of [
      '--kubeconfig',
      '--namespaces',
      '--leader-elect',
      '--lease-duration',
      '--lease-renew-interval',
      '--lease-retry-interval',
      '--audit-interval',
      '--watch-silence',
      '--health-port',
      '--metrics-port',
    ]) {
      expect(usage).toContain(flag);
    }
  });

  test.each([
    [['--kubeconfg', 'x'], /kubeconfg/],
    [['stray'], /stray/],
    [['--leader-elect=maybe'], /true or false/],
    [['--lease-duration', 'soon'], /a duration/],
    [['--lease-duration', '0s'], /a duration/],
    [['--lease-duration', '12500ms'], /whole seconds/],
    [['--lease-duration', '12s'], /could not renew in time/],
    [['--health-port', '70000'], /0 to 65535/],
    [['--health-port', '-1'], /health-port/],
    [['--metrics-port', '1.5'], /0 to 65535/],
  ])('%j is refused with a reason', (args, reason) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(reason);
  });

  test.each([
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ STORE_NOTES: '[' }, /STORE_NOTES/],
  ])('environment %j is refused with a reason', (env, reason) => {
    expect(() => readConfig([], env)).toThrow(reason);
  });

  test('the environment names the process, its namespace and notes on stores', () => {
    const env = {
      POD_NAME: 'p',
      POD_NAMESPACE: 'n',
      LOG_LEVEL: 'debug',
      STORE_NOTES: '{"mongodb":"a stand-in"}',
    };
    expect(readConfig([], env)).toMatchObject({
      instance: 'p',
      namespace: 'n',
      logLevel: 'debug',
      storeNotes: { mongodb: 'a stand-in' },
    });
  });
});
