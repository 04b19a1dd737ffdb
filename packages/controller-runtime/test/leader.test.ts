import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiClient, ConnectionError, LeaderElector, leaseResource } from '../src/index.ts';
import { FakeApiServer, until, VirtualClock } from '../src/testing/index.ts';

// Real sockets: a loaded machine is slow, not wrong.
vi.setConfig({ testTimeout: 60_000 });

const key = 'default/op';
let server: FakeApiServer;
let client: ApiClient;
let clock: VirtualClock;
let electors: LeaderElector[];
let log: string[];

beforeEach(async () => {
  server = await FakeApiServer.start(leaseResource);
  client = new ApiClient({ credentials: server.credentials(), retries: 0 });
  clock = new VirtualClock();
  electors = [];
  log = [];
});

afterEach(async () => {
  server.faults.length = 0;
  await Promise.all(electors.map((elector) => elector.stop()));
  client.close();
  await server.close();
});

function elect(identity: string, own = clock): LeaderElector {
  const elector = new LeaderElector({
    client: {
      get: (...call) => counted(client.get(...call)),
      create: (...call) => counted(client.create(...call)),
      replace: (...call) => counted(client.replace(...call)),
    },
    namespace: 'default',
    name: 'op',
    identity,
    clock: own,
    random: () => 0.5,
    onChange: (leading) => log.push(`${identity} ${leading ? 'leads' : 'follows'}`),
  });
  elector.start();
  electors.push(elector);
  return elector;
}

interface LeaseSpec {
  holderIdentity: string;
  leaseDurationSeconds: number;
  renewTime: string;
  acquireTime: string;
  leaseTransitions: number;
}

function spec(): LeaseSpec {
  // Written by the elector under test; the assertions on its fields are the check.
  return server.read(leaseResource, key)?.spec as LeaseSpec;
}

const writes = () => server.requests.filter((request) => request.method !== 'GET').length;

let underWay = 0;

async function counted<T>(request: Promise<T>): Promise<T> {
  underWay += 1;
  try {
    return await request;
  } finally {
    underWay -= 1;
  }
}

/** Lets virtual time pass in small steps; it stands still while a request is under way. */
async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 200) {
    await clock.advance(200);
    await until('nothing is under way', () => underWay === 0);
    await clock.advance(0);
  }
}

test('the first one leads and writes MicroTimes of six digits', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader);
  expect(spec()).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
  expect(spec().renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(spec().acquireTime).toBe(spec().renewTime);
});

test('a leader at rest renews with one request every ten seconds', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  const before = server.requests.length;
  for (let round = 0; round < 6; round += 1) {
    const wanted = before + round + 1;
    await clock.advance(10_000);
    await until('renewed', () => server.requests.length === wanted && a.isLeader);
    await until('rests', () => clock.pending > 0);
  }
  expect(server.requests.slice(before).map((request) => request.method)).toEqual(Array(6).fill('PUT'));
});

test('a second one waits while the first renews, whatever its own wall clock says', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader);
  const b = elect('b');
  clock.setWall(Date.UTC(2040, 0, 1));
  await pass(60_000);
  expect([a.isLeader, b.isLeader]).toEqual([true, false]);
  expect(log).toEqual(['a leads']);
});

test('a released lease is taken over within two seconds', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader);
  const b = elect('b');
  await pass(5_000);
  await a.stop();
  expect(spec().holderIdentity).toBe('');
  await pass(2_000);
  await until('b leads', () => b.isLeader);
  expect(spec()).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  expect(log).toEqual(['a leads', 'a follows', 'b leads']);
});

test('a leader that was suspended stops before another can begin, and cannot write when it wakes', async () => {
  const frozen = new VirtualClock();
  const a = elect('a', frozen);
  await until('a leads', () => a.isLeader);
  // b's time passes while a's process stands still.
  const b = elect('b');
  await pass(20_000);
  await until('b leads', () => b.isLeader);
  frozen.jump(20_000);
  expect(() => a.assertLeader()).toThrow('not the leader');
  await frozen.advance(0);
  await until('a looks', () => log.includes('a follows'));
  expect(a.isLeader).toBe(false);
  expect(a.term.aborted).toBe(true);
});

test('a leader without an API server gives up before its lease ends', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  const { term } = a;
  server.faults.push({ times: 999, act: 'reset' });
  await pass(13_000);
  expect(a.isLeader).toBe(true);
  await pass(1_000);
  expect(a.isLeader).toBe(false);
  expect(term.aborted).toBe(true);
  server.faults.length = 0;
  await pass(3_000);
  await until('a leads again', () => a.isLeader);
  expect(log).toEqual(['a leads', 'a follows', 'a leads']);
});

test("the duration that counts is the holder's, not our own", async () => {
  server.put(leaseResource, {
    metadata: { name: 'op', namespace: 'default' },
    spec: { holderIdentity: 'other', leaseDurationSeconds: 60, renewTime: '2020-01-01T00:00:00.000000Z' },
  });
  const a = elect('a');
  await pass(58_000);
  expect(a.isLeader).toBe(false);
  await pass(6_000);
  await until('a leads', () => a.isLeader);
});

test('of two that race for a free lease one leads', async () => {
  const a = elect('a');
  const b = elect('b');
  await pass(10_000);
  expect([a.isLeader, b.isLeader].filter(Boolean)).toHaveLength(1);
  expect(writes()).toBeLessThan(6);
});

test('a lease that somebody edits is not fought over', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  server.put(leaseResource, {
    metadata: { name: 'op', namespace: 'default' },
    spec: { holderIdentity: 'thief', leaseDurationSeconds: 15 },
  });
  await pass(14_000);
  expect(a.isLeader).toBe(false);
  expect(spec().holderIdentity).toBe('thief');
});

test('waiting for leadership ends with the signal', async () => {
  elect('a');
  await until('a leads', () => log.length === 1);
  const b = elect('b');
  const stop = new AbortController();
  const waiting = b.lead(stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
});

test('times that cannot be safe are refused', () => {
  const options = {
    client,
    namespace: 'n',
    name: 'n',
    identity: 'i',
    leaseMs: 10_000,
    renewMs: 9_000,
    retryMs: 2_000,
  };
  expect(() => new LeaderElector(options)).toThrow('leaseMs must be longer');
});

test('who began to wait while a renewal was late, but in time, is let through by it', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  const renewal = ({ method }: { method: string }) => method === 'PUT';
  let waiting: Promise<boolean> | undefined;
  server.faults.push({ times: 2, match: renewal, act: { status: 503 } });
  server.faults.push({
    match: (seen) => {
      if (renewal(seen) && waiting === undefined) {
        // The third attempt leaves at 12.8 s and is answered at 13.6 s, when leadership counts as over.
        clock.jump(800);
        waiting = a.lead(new AbortController().signal);
      }
      return false;
    },
    act: 'reset',
  });
  await pass(13_000);
  await until('the late renewal', () => waiting !== undefined);
  await expect(waiting).resolves.toBe(true);
  expect(log).toEqual(['a leads']);
});

test('nothing is left running after stop: a process can end', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  await a.stop();
  expect(clock.pending).toBe(0);
});

test('a lost link is noticed, and its return is told, with the time of the loss', async () => {
  const a = elect('a');
  const returns: number[] = [];
  a.onReturn((lostSince) => returns.push(lostSince));
  await until('a leads', () => a.isLeader && clock.pending > 0);
  await pass(10_000);
  expect(a.unansweredFor).toBe(0);
  server.faults.push({ times: 999, act: 'hang' });
  await clock.advance(10_000);
  const lostFrom = clock.monotonic();
  await clock.advance(8_000);
  expect(a.unansweredFor).toBeGreaterThanOrEqual(8_000);
  server.faults.length = 0;
  await clock.advance(4_000);
  await pass(4_000);
  await until('the return is told', () => returns.length > 0);
  expect(a.unansweredFor).toBe(0);
  expect(returns[0]).toBeLessThanOrEqual(lostFrom);
});

test('who does not lead asks again beside a request that hangs, and notices a return within a second or so', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  server.faults.push({ times: 999, act: 'hang' });
  await clock.advance(30_000);
  expect(a.isLeader).toBe(false);
  const hanging = server.requests.length;
  await until('it asks again', () => {
    void clock.advance(100);
    return server.requests.length > hanging;
  });
  // The request under way never gets an answer.
  server.faults.length = 0;
  const returned = clock.monotonic();
  await until('a leads again', () => {
    void clock.advance(50);
    return a.isLeader;
  });
  expect(clock.monotonic() - returned).toBeLessThan(2_500);
});

test('told that others are answered, it asks at once, but only when its own last request was not', async () => {
  const a = elect('a');
  await until('a leads', () => a.isLeader && clock.pending > 0);
  const before = server.requests.length;
  a.resume();
  await clock.advance(1_000);
  expect(server.requests).toHaveLength(before);
  server.faults.push({ times: 1, act: 'reset' });
  await pass(9_000);
  await until('the renewal fails', () => a.unansweredFor > 0 || server.requests.length > before);
  await until('it rests', () => clock.pending > 0 && underWay === 0);
  a.resume();
  await until('it is answered', () => server.requests.length === before + 2 && a.unansweredFor === 0);
});

test('a refusal is an answer, and one slow answer is no lost link', async () => {
  const a = elect('a');
  const returns: number[] = [];
  a.onReturn((lostSince) => returns.push(lostSince));
  await until('a leads', () => a.isLeader && clock.pending > 0);
  server.faults.push({ times: 3, act: { status: 409 } });
  await pass(20_000);
  server.faults.push({ times: 1, act: 'reset' });
  await pass(20_000);
  expect([a.unansweredFor, returns]).toEqual([0, []]);
});

test('an API server that takes three seconds for each answer has a leader all the same', async () => {
  const slowly = <T>(request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new ConnectionError('aborted', signal.reason)));
      clock.after(3_000, () => void request().then(resolve, reject));
    });
  const a = new LeaderElector({
    client: {
      get: (resource, ref, options) => slowly(() => client.get(resource, ref), options?.signal),
      create: (resource, object, options) => slowly(() => client.create(resource, object), options?.signal),
      replace: (resource, object, options) => slowly(() => client.replace(resource, object), options?.signal),
    },
    namespace: 'default',
    name: 'op',
    identity: 'a',
    clock,
    random: () => 0.5,
  });
  a.start();
  await until('a leads', () => {
    void clock.advance(200);
    return a.isLeader;
  });
  const stopped = a.stop();
  await clock.advance(10_000);
  await stopped;
});
