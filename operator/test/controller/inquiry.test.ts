import { describe, expect, test } from 'vitest';
import type { ProxyReader } from '../../src/cluster/proxy-reader.ts';
import type { ProxyHost } from '../../src/confirmation/proxy-config.ts';
import { patienceMs, type Question } from '../../src/confirmation/verdict.ts';
import { Inquiry } from '../../src/controller/inquiry.ts';

const host = 'user-service.shop.svc.cluster.local';
const caller = { namespace: 'shop', pod: 'gateway-1', uid: 'one', hosts: [host] };
const question: Question = {
  audience: { proxies: [caller], bare: [] },
  expectations: [{ host, shares: { v1: 90, v2: 10 }, named: ['v1', 'v2'], ready: {} }],
};
const sends = (shares: Record<string, number>): Record<string, ProxyHost> => ({
  [host]: { routes: [{ conditional: false, shares }], endpoints: {} },
});

function world() {
  let time = 1_000;
  let said: Record<string, ProxyHost> | Error = sends({ v1: 90, v2: 10 });
  const reader: ProxyReader = {
    read: async () => {
      if (said instanceof Error) throw said;
      return said;
    },
    findEdge: async () => [{ ...caller, namespace: 'istio-system', uid: 'edge' }],
  };
  return {
    inquiry: new Inquiry('id', question, time),
    say: (next: typeof said) => {
      said = next;
    },
    ask: (inquiry: Inquiry) => inquiry.ask(reader, () => time),
    pass: (ms: number) => {
      time += ms;
    },
    verdict: (inquiry: Inquiry) => inquiry.verdict(time),
    now: () => time,
  };
}

describe('an inquiry', () => {
  test('knows nothing before it has asked, and what was said for five seconds', async () => {
    const { inquiry, ask, pass, verdict } = world();
    expect(verdict(inquiry)).toEqual({ confirmation: 'Pending' });
    await ask(inquiry);
    pass(5_000);
    expect(verdict(inquiry)).toEqual({ confirmation: 'Confirmed' });
    pass(1);
    expect(verdict(inquiry)).toEqual({ confirmation: 'Pending' });
  });

  test('names whom it waits for after a while only', async () => {
    const { inquiry, ask, pass, say, verdict } = world();
    say(sends({ v1: 100 }));
    await ask(inquiry);
    expect(verdict(inquiry)).toEqual({ confirmation: 'Pending' });
    pass(patienceMs);
    await ask(inquiry);
    expect(verdict(inquiry).because).toBe(`proxy shop/gateway-1 sends 100 % to v1 (${host})`);
  });

  test('a proxy that fell silent is unknown once it has been so for long, and known again at once', async () => {
    const { inquiry, ask, pass, say, verdict } = world();
    say(new Error('no answer'));
    await ask(inquiry);
    expect(verdict(inquiry).confirmation).toBe('Pending');
    pass(patienceMs);
    await ask(inquiry);
    expect(verdict(inquiry)).toMatchObject({ confirmation: 'Unknown' });
    say(sends({ v1: 90, v2: 10 }));
    await ask(inquiry);
    expect(verdict(inquiry).confirmation).toBe('Confirmed');
  });

  test('a pod that appears is asked before anything is confirmed', async () => {
    const { inquiry, ask, verdict } = world();
    await ask(inquiry);
    inquiry.question = {
      ...question,
      audience: { proxies: [caller, { ...caller, pod: 'gateway-2', uid: 'two' }], bare: [] },
    };
    expect(verdict(inquiry).confirmation).toBe('Pending');
    await ask(inquiry);
    expect(verdict(inquiry).confirmation).toBe('Confirmed');
  });

  test('the edge is found and asked', async () => {
    const { inquiry, ask, verdict } = world();
    const edge = { namespace: 'istio-system', selector: {}, hosts: [host] };
    inquiry.question = { ...question, audience: { proxies: [], bare: [], edge } };
    expect(verdict(inquiry).confirmation).toBe('Pending');
    await ask(inquiry);
    expect(verdict(inquiry).confirmation).toBe('Confirmed');
  });
});
