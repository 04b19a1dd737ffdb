import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMilliseconds, toSeconds } from '../../src/api/duration.ts';
import { exceeds, parseQuantity } from '../../src/api/quantity.ts';
import { isQualifiedName } from '../../src/api/rules/names.ts';
import { isCidr, isNetwork } from '../../src/api/rules/network.ts';

describe('quantities', () => {
  it.each([
    ['1', 1_000_000_000n],
    ['250m', 250_000_000n],
    ['1.5Gi', 1_610_612_736n * 10n ** 9n],
    ['0.1', 100_000_000n],
    ['1k', 1000n * 10n ** 9n],
    [2, 2n * 10n ** 9n],
    ['-1', -(10n ** 9n)],
  ])('%s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', 'Mi', '1.', '256MB', '1e3'])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('are ordered as their amounts are', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (a, b) => {
        expect(exceeds(`${a}m`, `${b}m`)).toBe(a > b);
        expect(exceeds(`${a}Ki`, `${b * 1024}`)).toBe(a > b);
      }),
    );
    expect(exceeds('500m', '0.5')).toBe(false);
    expect(exceeds('1025Mi', '1Gi')).toBe(true);
  });

  it('have the bounds of the API server: no binary multiple above 2^63-1, nothing between zero and a billionth', () => {
    expect(exceeds('-303137695547994.01Gi', '-52754P')).toBe(true);
    expect(exceeds('100Ei', '9223372036854775807')).toBe(false);
    expect(exceeds('0.000000001m', 0)).toBe(true);
    expect(exceeds('100E', '50E')).toBe(true);
  });
});

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['1h30m', 5_400_000],
    ['10m', 600_000],
    ['0s', 0],
  ])('%s', (text, milliseconds) => {
    expect(toMilliseconds(text)).toBe(milliseconds);
  });

  it('round up to whole seconds', () => {
    expect(toSeconds('1500ms')).toBe(2);
  });
});

describe('networks', () => {
  it('agree with the platform on every IPv4 and IPv6 address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,20}$/)), (address) => {
        // The platform also takes IPv4 inside IPv6, which Kubernetes refuses in new networks.
        if (address.includes(':') && (address.includes('.') || /^[0:]*ffff(:[0-9a-f]+){2}$/.test(address)))
          return;
        expect(isCidr(`${address}/8`)).toBe(isIPv4(address) || isIPv6(address));
      }),
    );
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '2001:db8::/129', '10.0.0.0/08', '010.0.0.0/8', 'a/8'])(
    '%s is none',
    (text) => {
      expect(isCidr(text)).toBe(false);
    },
  );
});

describe('networks that begin with their address', () => {
  it.each([
    '10.0.0.0/8',
    '10.1.2.3/32',
    '0.0.0.0/0',
    '10.1.2.128/25',
    '2001:db8::/32',
    '::/0',
    '1:8000::/17',
    '::1/128',
  ])('%s does', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each(['10.0.0.1/8', '1.0.0.0/0', '10.1.2.129/25', '2001:db8::1/32', '1:2:8000::/32', '::1/127'])(
    '%s does not',
    (text) => {
      expect(isNetwork(text)).toBe(false);
    },
  );

  it('IPv4 in the clothes of IPv6 is none', () => {
    expect(isCidr('::ffff:c633:6407/128')).toBe(false);
    expect(isCidr('::fffe:c633:6407/128')).toBe(true);
  });
});

describe('qualified names', () => {
  it.each(['app', 'example.com/team', 'a.b_c-d', 'A'.repeat(63)])('%s is one', (key) => {
    expect(isQualifiedName(key)).toBe(true);
  });

  it.each(['', 'my label', '/team', 'example.com/', 'Example.com/team', 'a/b/c', 'a'.repeat(64), '-a'])(
    '%j is none',
    (key) => {
      expect(isQualifiedName(key)).toBe(false);
    },
  );
});
