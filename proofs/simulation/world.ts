import { createHash } from 'node:crypto';
import type { RelationalStore } from '../../packages/service-kit/src/store/relational-store.ts';
import { createMemoryTables } from '../../packages/service-kit/src/store/table-memory.ts';
import { silentLog } from '../../packages/service-kit/src/telemetry/log.ts';
import { receiveStock } from '../../services/inventory/src/receive.ts';
import { openWarehouse } from '../../services/inventory/src/warehouse-streams.ts';
import { type Random, randomFrom } from '../random.ts';
import { judgeInvariants } from '../saga-fire/invariants.ts';
import { createSimulatedBus, type SimulatedBus } from './bus.ts';
import { buy, drawWish } from './customer.ts';
import { createLife, type Death, type Mishap, mortalBus, mortalStore } from './mortal.ts';
import { type ParticipantName, participants, type Surroundings, startParticipant } from './participant.ts';
import type { AllTables } from './tables.ts';
import { createSimulatedTime, type SimulatedTime } from './time.ts';
import { hasEnded, viewsOf } from './views.ts';

const names: readonly ParticipantName[] = ['order', 'inventory', 'payment', 'shipping'];
const mostLives = 3;
const mostMs = 15 * 60_000;
const restMs = 20_000;

/** What became of a simulated shop: broken invariants, how many sagas and deaths it had, and the hash of all it did. */
export type Simulated = {
  readonly failures: readonly string[];
  readonly sagas: number;
  readonly deaths: number;
  readonly trace: string;
};

type Stage = {
  readonly random: Random;
  readonly time: SimulatedTime;
  readonly bus: SimulatedBus;
  readonly tables: AllTables;
  readonly mode: string;
  readonly deadlineS: number;
  readonly ids: { readonly next: () => string };
  readonly living: Map<ParticipantName, Surroundings>;
  deaths: number;
};

/** Runs a shop with a few orders from a seed: the same seed is the same run, to the byte. */
export async function simulate(seed: number): Promise<Simulated> {
  const random = randomFrom(seed);
  const time = createSimulatedTime(Date.UTC(2030, 0, 1));
  const trace = createHash('sha256');
  const stage: Stage = {
    random,
    time,
    bus: createSimulatedBus(random, time.pause),
    tables: await createTables(time, trace),
    mode: random.pick(['Orchestration', 'Choreography']),
    deadlineS: random.pick([1, 3, 900]),
    ids: countingIds(),
    living: new Map(),
    deaths: 0,
  };
  await stock(stage);
  for (const name of names) await bear(stage, name, 1);
  const wishes = Array.from({ length: random.integer(1, 4) }, (_, index) => drawWish(random, index));
  const buying = wishes.map((wish) => buy(wish, () => livingOf(stage, 'order'), time.pause));
  const ids: string[] = [];
  for (const one of buying) void one.then((id) => ids.push(id));
  let isEnded = false;
  const watching = (async () => {
    while (!isEnded) {
      await time.pause(500);
      isEnded = ids.length === wishes.length && (await hasEnded(stage.tables, ids));
    }
  })();
  const isDone = await time.run(() => isEnded, mostMs);
  await time.run(() => false, restMs);
  isEnded = true;
  void watching;
  const views = await viewsOf(stage.tables);
  const broken = judgeInvariants(views, []).flatMap(({ id, broken: sentences }) =>
    sentences.map((sentence) => `${id}: ${sentence}`),
  );
  const { length: orders } = views.orders;
  if (orders !== wishes.length) broken.push(`${wishes.length} keys gave ${orders} orders`);
  const late = isDone ? [] : [`I3: not at rest after ${mostMs / 1000} s of its time`];
  const failures = [...late, ...broken].map((sentence) => `seed ${seed} (${stage.mode}): ${sentence}`);
  return { failures, sagas: wishes.length, deaths: stage.deaths, trace: trace.digest('hex') };
}

// Goods are few, so that orders compete for them.
async function stock({ tables, random }: Stage): Promise<void> {
  for (const sku of ['MUG-01', 'PEN-01']) {
    const received = await receiveStock(sku, random.integer(1, 8), openWarehouse(tables.inventory.events));
    if (received.ok) await tables.inventory.events.commit(received.value.effect);
  }
}

// Each of the first lives may end at any of its writes and publications, before or after that took effect.
async function bear(stage: Stage, name: ParticipantName, count: number): Promise<void> {
  const { random, time, bus, tables, mode, deadlineS, ids } = stage;
  const death: Death | undefined =
    count < mostLives && random.next() < 0.8
      ? { call: random.integer(1, 30), when: random.pick(['before', 'after'] as const) }
      : undefined;
  const life = createLife(death, () => {
    stage.deaths += 1;
    void time.pause(random.integer(1, 8000)).then(() => bear(stage, name, count + 1));
  });
  const mishap = (): Mishap | undefined =>
    random.next() < 0.1 ? random.pick(['stale', 'away'] as const) : undefined;
  const own: RelationalStore = { ...tables[name], events: mortalStore(tables[name].events, life, mishap) };
  const world = { clock: time.clock, pause: time.pause, log: silentLog, ids };
  const surroundings = {
    tables: own,
    bus: mortalBus(bus.connect(life.isOver), life),
    mode,
    deadlineS,
    world,
  };
  stage.living.set(name, surroundings);
  await startParticipant(name, surroundings);
}

function livingOf({ living }: Stage, name: ParticipantName): Surroundings {
  const found = living.get(name);
  if (found === undefined) throw new Error(`${name} was never born`);
  return found;
}

async function createTables(time: SimulatedTime, trace: ReturnType<typeof createHash>): Promise<AllTables> {
  const create = (name: ParticipantName): RelationalStore => {
    const tables = createMemoryTables(time.clock);
    const { events } = tables;
    const commit: typeof events.commit = async (asked) => {
      const outcome = await events.commit(asked);
      trace.update(JSON.stringify([name, time.clock.now(), asked, outcome]));
      return outcome;
    };
    return { ...tables, events: { ...events, commit } };
  };
  const entries = Object.keys(participants).map((name) => [name, create(name as ParticipantName)] as const); // its own keys
  return Object.fromEntries(entries) as AllTables; // one entry for each key, from the line above
}

function countingIds() {
  let count = 0;
  return { next: () => `00000000-0000-7000-8000-${(count++).toString(16).padStart(12, '0')}` };
}
