import type { Plan } from '../kfault/plan.ts';
import type { KubeObject } from '../kube/object.ts';
import { until, waitFor } from '../kube/wait.ts';
import { disturb } from '../leadership/disturb.ts';
import type { Random } from '../random.ts';
import { objectsOf, untilReady } from '../stack.ts';
import type { Site } from './site.ts';
import { makeNamespaces, smallStack } from './workload.ts';

/** One way in which a link or a server fails. */
export type Break = {
  readonly name: string;
  /** Seconds that it lasts, drawn between these; `/readyz` has to be red before they are over, where it lasts at all. */
  readonly lasts: readonly [number, number];
  /** Begins it; resolves to what ends it. */
  begin(site: Site): Promise<() => Promise<void> | void>;
};

/** What was seen of breaks. */
export type BreaksSeen = {
  readonly reactions: { readonly name: string; readonly milliseconds: number }[];
  readonly reds: number[];
  readonly failures: string[];
};

const stack = { namespace: 'link', name: 'small' } as const;
/** Milliseconds from repair to the effect. */
const limit = 45_000;

const planned =
  (plan: Plan) =>
  async ({ proxy }: Site) => {
    proxy.use(plan);
    proxy.strike({ type: 'Cut', how: 'Reset' });
    return () => proxy.use({});
  };
const answered =
  (status: number) =>
  async ({ proxy }: Site) => {
    proxy.outage({ status });
    proxy.strike({ type: 'Cut', how: 'Reset' });
    return () => proxy.heal();
  };
const struck =
  (fault: Parameters<Site['proxy']['strike']>[0]) =>
  async ({ proxy }: Site) => {
    proxy.strike(fault);
    return () => undefined;
  };
const away =
  (how: 'Silent' | 'Reset') =>
  async ({ proxy }: Site) => {
    proxy.outage(how);
    return () => proxy.heal();
  };

/** Those first that a short hunt has to meet. */
export const breaks: readonly Break[] = [
  { name: 'half-open', lasts: [20, 28], begin: away('Silent') },
  { name: 'reset', lasts: [15, 20], begin: away('Reset') },
  { name: 'cut', lasts: [0, 0], begin: struck({ type: 'Cut', how: 'Reset' }) },
  { name: 'ended', lasts: [0, 0], begin: struck({ type: 'Cut', how: 'Fin' }) },
  { name: 'gone in the stream', lasts: [0, 0], begin: struck({ type: 'Error', code: 410 }) },
  { name: 'garbage line', lasts: [0, 0], begin: struck({ type: 'Garbage' }) },
  {
    name: 'truncated UTF-8',
    lasts: [0, 0],
    begin: async ({ proxy }) => {
      proxy.use({ events: [{ on: { namespace: stack.namespace }, fault: { type: 'Truncate' }, times: 2 }] });
      return () => undefined;
    },
  },
  {
    name: 'gone on connect',
    lasts: [0, 3],
    begin: planned({
      requests: [{ on: { lane: 'watch' }, place: 'Before', fault: { type: 'Answer', status: 410 } }],
    }),
  },
  {
    name: 'too many requests',
    lasts: [15, 20],
    begin: planned({
      requests: [
        {
          on: { lane: 'watch' },
          place: 'Before',
          fault: { type: 'Answer', status: 429, retryAfterSeconds: 2 },
        },
      ],
    }),
  },
  { name: 'unauthorized', lasts: [15, 20], begin: answered(401) },
  { name: 'unavailable', lasts: [15, 20], begin: answered(503) },
  {
    name: 'API server killed',
    lasts: [0, 0],
    begin: (site) => site.killApiServer(),
  },
];

/** Makes the stack that changes happen to, and waits until it is Ready. */
export async function prepareBreaks({ kube, proxy }: Site): Promise<KubeObject[]> {
  proxy.use({});
  await makeNamespaces(kube, [stack.namespace]);
  await kube.apply(smallStack(stack.namespace));
  await untilReady(kube, stack);
  return objectsOf(kube, stack);
}

/** Breaks the link, changes something behind it, repairs it and measures until the change is undone. */
export async function runBreak(
  site: Site,
  each: Break,
  objects: readonly KubeObject[],
  random: Random,
  seen: BreaksSeen,
): Promise<void> {
  const { name, lasts } = each;
  await waitFor('a ready operator', async () => (await site.readiness()) === 200 || undefined, 60_000);
  const seconds = random.integer(...lasts);
  const ends = performance.now() + seconds * 1000;
  const repair = await each.begin(site);
  // Nobody can change anything while there is no API server; everywhere else the change falls into the deaf time.
  const isDown = name === 'API server killed';
  const early = isDown ? [] : await disturb(site.kube, objects, random, 2);
  if (lasts[0] > 0) await untilRed(site, name, ends, seconds, seen);
  await moment(ends - performance.now());
  const repaired = performance.now();
  await repair();
  const began = isDown ? performance.now() : repaired;
  for (const change of isDown ? await disturb(site.kube, objects, random, 2) : early) {
    const left = Math.max(0, began + limit - performance.now());
    const isUndone = async () => (await change.isUndone().catch(() => false)) || undefined;
    if ((await until(isUndone, left)) === undefined)
      seen.failures.push(
        `${name} for ${seconds} s: ${change.what}, not undone ${limit / 1000} s after repair`,
      );
  }
  seen.reactions.push({ name, milliseconds: performance.now() - began });
}

async function untilRed(
  site: Site,
  name: string,
  ends: number,
  seconds: number,
  seen: BreaksSeen,
): Promise<void> {
  const isRed = async () => (await site.readiness()) === 503 || undefined;
  const red = await until(isRed, ends - performance.now(), 250);
  if (red === undefined) seen.failures.push(`${name}: /readyz was not red within ${seconds} s of deafness`);
  else seen.reds.push(performance.now() - ends + seconds * 1000);
}

/** Lets time pass: how long a link is broken is what is drawn. */
function moment(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}
