import { type Context, deadlineFactor, type Outcome, type Proof } from '../proof.ts';
import { type Random, randomFrom } from '../random.ts';
import { drawWish, place, statusOf } from './customers.ts';
import { judgeInvariants, type Poison } from './invariants.ts';
import { mutants } from './mutants.ts';
import { plantPoison } from './poison.ts';
import { type FireShop, startFireShop, type Victim, victims } from './shop.ts';
import { readViews } from './views.ts';

const perSecond = 10;
const endS = 60;
const calmMs = 5000;
const poisonCount = 10;

/** Money and stock stay exact while the processes that handle them are killed. */
export const sagaFire: Proof = {
  name: 'saga-fire',
  sentence:
    'Orders end, and money, stock and compensations are exact, while order, inventory, payment, shipping and the payment ' +
    'provider are killed with SIGKILL at drawn moments.',
  minimum: 100,
  minutes: 5,
  selfContained: true,
  mutants,
  run,
};

async function run(context: Context): Promise<Outcome> {
  const mode = context.random.pick(['Orchestration', 'Choreography']);
  const shop = await startFireShop(mode, context.mutant);
  context.say(`${mode}; the shop is open`);
  try {
    const fire = await burn(shop, context);
    context.say(`${fire.ids.length} orders placed, ${fire.killed.length} kills; waiting for the rest`);
    return await judgeAfter(fire, shop, mode);
  } finally {
    await shop.stop();
  }
}

type Fire = {
  readonly ids: readonly string[];
  readonly unplaced: readonly string[];
  /** Orders that had to be asked for more than once. */
  readonly again: number;
  readonly killed: readonly Victim[];
  readonly poison: readonly Poison[];
};

async function burn(shop: FireShop, { random, endsAt }: Context): Promise<Fire> {
  // Half of the time is fire; the rest is for what has to end after it.
  const fireUntil = Date.now() + Math.max(20_000, (endsAt - Date.now()) / 2);
  // Draws of their own: how fast the shop answers must not decide who is killed when.
  const kills = burning(shop, randomFrom(random.seed + 1), fireUntil);
  const placing: ReturnType<typeof place>[] = [];
  while (Date.now() < fireUntil) {
    placing.push(place(shop.orders, drawWish(random), fireUntil + endS * 1000));
    await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
  }
  const poison = await plantPoison(shop.brokers, poisonCount);
  const killed = await kills;
  const settled = await Promise.allSettled(placing);
  const placed = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return {
    ids: placed.map(({ id }) => id),
    unplaced: settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : [])),
    again: placed.filter(({ attempts }) => attempts > 1).length,
    killed,
    poison,
  };
}

async function judgeAfter(fire: Fire, shop: FireShop, mode: string): Promise<Outcome> {
  const { ids, unplaced, again, killed, poison } = fire;
  const calmAt = Date.now();
  const open = await awaitEnd(shop, ids, calmAt + endS * deadlineFactor * 1000);
  const endedS = (Date.now() - calmAt) / 1000;
  // The last messages, the shipping of goods among them, need a moment more than the order.
  await new Promise((resolve) => setTimeout(resolve, calmMs));
  const verdicts = judgeInvariants(await readViews(shop.databases), poison);
  const killsOf = (name: Victim) => killed.filter((one) => one === name).length;
  return {
    done: ids.length,
    of: ids.length + unplaced.length,
    failures: [
      ...unplaced,
      ...open.map((id) => `order ${id} has not ended ${endS * deadlineFactor} s after the last fault`),
      ...verdicts.flatMap(({ id, broken }) => broken.map((sentence) => `${id}: ${sentence}`)),
    ],
    figures: {
      mode,
      kills: killed.length,
      ...Object.fromEntries(victims.map((name) => [`killed.${name}`, killsOf(name)])),
      'placed.again': again,
      'ended.s': Math.round(endedS * 10) / 10,
      'ended.goal.s': endS,
      poison: poison.length,
      invariants: verdicts.map(({ id }) => id).join(' '),
    },
  };
}

async function burning(shop: FireShop, random: Random, until: number): Promise<Victim[]> {
  const killed: Victim[] = [];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, random.integer(500, 4000)));
    if (Date.now() >= until) return killed;
    const victim = random.pick(victims);
    shop.kill(victim);
    killed.push(victim);
  }
}

async function awaitEnd(shop: FireShop, ids: readonly string[], until: number): Promise<string[]> {
  let open = [...ids];
  while (open.length > 0 && Date.now() < until) {
    const found = await Promise.all(
      open.slice(0, 50).map(async (id) => [id, await statusOf(shop.orders, id)] as const),
    );
    const ended = new Set(
      found.flatMap(([id, status]) => (status === undefined || status === 'PENDING' ? [] : [id])),
    );
    open = open.filter((id) => !ended.has(id));
    if (ended.size === 0) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return open;
}
