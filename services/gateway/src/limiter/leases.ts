import type { Clock } from '@ecommercestack/service-kit';
import { LRUCache } from 'lru-cache';
import type { Charge, Standing } from '../domain/limits/rule.ts';
import type { Asker } from './asker.ts';
import type { Ruling } from './limiter.ts';
import type { Answer } from './script.ts';

export type Leases = {
  /** Spends one request that was charged beforehand, or charges up to `most`; undefined while the store is away. */
  readonly spend: (charges: readonly Charge[], most: number) => Ruling | Promise<Ruling> | undefined;
};

/** What was charged for one set of keys and not spent yet, or until when nothing can be charged. */
type Lease = {
  left: number;
  until: number;
  /** How much to charge next: doubled after a lease that was used up, one after a lease that was not. */
  size: number;
  blockedUntil: number;
  answeredAt: number;
  standings: readonly Standing[];
  waiting: Waiting[];
};

type Waiting = { readonly resolve: (ruling: Ruling) => void; readonly reject: (error: unknown) => void };

const leaseMs = 1000;
const mostLeases = 100_000;

/** The leases of one gateway. With `most` at one nothing is ever held: each request is charged by itself. */
export function createLeases(asker: Asker, clock: Clock): Leases {
  const known = new LRUCache<string, Lease>({ max: mostLeases });
  const leaseOf = (charges: readonly Charge[]): Lease => {
    const name = nameOf(charges);
    const found = known.get(name);
    if (found !== undefined) return found;
    const lease: Lease = {
      left: 0,
      until: 0,
      size: 1,
      blockedUntil: 0,
      answeredAt: 0,
      standings: [],
      waiting: [],
    };
    known.set(name, lease);
    return lease;
  };
  return {
    spend: (charges, most) => {
      const lease = leaseOf(charges);
      const now = clock.now();
      if (lease.left > 0 && now < lease.until) {
        lease.left -= 1;
        return { verdict: 'admitted', standings: standingsOf(lease, now) };
      }
      if (now < lease.blockedUntil) return { verdict: 'refused', standings: standingsOf(lease, now) };
      return charge(asker, clock, lease, charges, most);
    },
  };
}

function charge(
  asker: Asker,
  clock: Clock,
  lease: Lease,
  charges: readonly Charge[],
  most: number,
): Promise<Ruling> | undefined {
  if (most === 1)
    return asker.ask({ charges, want: 1 })?.then((answer) => settle(lease, answer, clock.now()));
  if (lease.waiting.length > 0) return wait(lease);
  lease.size = lease.left > 0 ? 1 : Math.min(most, lease.size * 2);
  return fill(asker, clock, lease, charges) ? wait(lease) : undefined;
}

// Charges a lease, or as many as wait for one: what is spent at once is not held.
function fill(asker: Asker, clock: Clock, lease: Lease, charges: readonly Charge[]): boolean {
  const asked = asker.ask({ charges, want: Math.max(lease.size, lease.waiting.length) });
  const giveUp = (error: unknown): void => {
    for (const { reject } of lease.waiting.splice(0)) reject(error);
  };
  asked?.then((answer) => {
    serve(lease, answer, clock.now());
    if (lease.waiting.length > 0 && !fill(asker, clock, lease, charges))
      giveUp(new Error('the store went away'));
  }, giveUp);
  return asked !== undefined;
}

// Those who waited are served first. The rest is refused where the rule has no room, and waits on where it has.
function serve(lease: Lease, answer: Answer, now: number): void {
  settle(lease, answer, now);
  lease.left = answer.granted;
  lease.until = now + leaseMs;
  for (const { resolve } of lease.waiting.splice(0, answer.granted)) {
    lease.left -= 1;
    resolve({ verdict: 'admitted', standings: standingsOf(lease, now) });
  }
  if (now >= lease.blockedUntil) return;
  for (const { resolve } of lease.waiting.splice(0))
    resolve({ verdict: 'refused', standings: standingsOf(lease, now) });
}

function settle(lease: Lease, { granted, standings }: Answer, now: number): Ruling {
  const waitMs = standings.reduce((longest, standing) => Math.max(longest, standing.waitMs), 0);
  lease.standings = standings;
  lease.answeredAt = now;
  lease.blockedUntil = now + waitMs;
  return { verdict: granted > 0 ? 'admitted' : 'refused', standings };
}

// The last answer, brought up to now by what is known without asking.
function standingsOf(lease: Lease, now: number): Standing[] {
  const elapsed = now - lease.answeredAt;
  return lease.standings.map(({ available, waitMs, resetMs }) => ({
    available: available + lease.left,
    waitMs: Math.max(0, waitMs - elapsed),
    resetMs: Math.max(0, resetMs - elapsed),
  }));
}

function wait(lease: Lease): Promise<Ruling> {
  return new Promise((resolve, reject) => lease.waiting.push({ resolve, reject }));
}

function nameOf(charges: readonly Charge[]): string {
  let name = '';
  for (const { rule, key } of charges) name += `${rule.id}|${key}\n`;
  return name;
}
