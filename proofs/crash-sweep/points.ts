import type { Place } from '../kfault/plan.ts';
import type { Random } from '../random.ts';

/** The operator's process is killed at its nth write, before the API server hears of it or after it has stored it. */
type Kill = { readonly at: number; readonly place: Place };

/** One run: a workload with one kill, with two, or with one at which the stack is deleted as well. */
export type Point = {
  readonly workload: string;
  readonly kills: readonly Kill[];
  readonly withdrawn?: true;
};

const places: readonly Place[] = ['Before', 'After'];

/** Workload of the stack that is taken away while it is made. */
const withdrawnFrom = 'create';

/** What a sweep consists of: every single kill, every withdrawal, and so many pairs of kills. */
export function drawPoints(writes: Readonly<Record<string, number>>, pairs: number, random: Random): Point[] {
  const singles = Object.entries(writes).flatMap(([workload, count]) =>
    places.map((place) =>
      random.shuffle(positions(count)).map((at): Point => ({ workload, kills: [{ at, place }] })),
    ),
  );
  const withdrawals = random
    .shuffle(positions(writes[withdrawnFrom] ?? 0))
    .map((at): Point => ({ workload: withdrawnFrom, withdrawn: true, kills: [{ at, place: 'After' }] }));
  const candidates = Object.entries(writes).filter(([, count]) => count > 1);
  const doubles = Array.from({ length: candidates.length === 0 ? 0 : pairs }, (): Point => {
    const [workload, count] = random.pick(candidates);
    const first = random.integer(1, count - 1);
    const second = random.integer(first + 1, count);
    return {
      workload,
      kills: [first, second].map((at) => ({ at, place: random.pick(places) })),
    };
  });
  return inTurn([...singles, withdrawals, doubles]);
}

/** One of each list after the other, so that a run that is cut short has taken from all of them alike. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return positions(longest).flatMap((turn) => lists.flatMap((list) => list.slice(turn - 1, turn)));
}

function positions(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A point in words. */
export function describePoint({ workload, kills, withdrawn }: Point): string {
  const where = kills.map(({ at, place }) => `${place === 'Before' ? 'before' : 'after'} write ${at}`);
  return `${workload}, ${withdrawn ? 'withdrawn and ' : ''}killed ${where.join(' and ')}`;
}
