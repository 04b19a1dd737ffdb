import type { Place } from '../kfault/plan.ts';
import type { Random } from '../random.ts';
import { inTurn } from '../sweep/in-turn.ts';
import type { Sample } from '../sweep/sweep.ts';

/** The operator's process is killed at its nth write, before the API server hears of it or after it has stored it. */
type Kill = { readonly at: number; readonly place: Place };

/** One run: a workload with one kill, with two, or with one at which the stack is deleted as well. */
export type Point = Sample & { readonly kills: readonly Kill[] };

const places: readonly Place[] = ['Before', 'After'];

/** Workload of the stack that is taken away while it is made. */
const withdrawnFrom = 'create';

/** What a sweep consists of: every single kill, every withdrawal, and so many pairs of kills. */
export function drawPoints(writes: Readonly<Record<string, number>>, pairs: number, random: Random): Point[] {
  const singles = Object.entries(writes).flatMap(([workload, count]) =>
    places.map((place) => random.shuffle(positions(count)).map((at) => pointOf(workload, [{ at, place }]))),
  );
  const withdrawals = random.shuffle(positions(writes[withdrawnFrom] ?? 0)).map((at): Point => {
    const { what, ...point } = pointOf(withdrawnFrom, [{ at, place: 'After' }]);
    return { ...point, what: `withdrawn and ${what}`, withdrawn: true };
  });
  const candidates = Object.entries(writes).filter(([, count]) => count > 1);
  const doubles = Array.from({ length: candidates.length === 0 ? 0 : pairs }, (): Point => {
    const [workload, count] = random.pick(candidates);
    const first = random.integer(1, count - 1);
    const second = random.integer(first + 1, count);
    return pointOf(
      workload,
      [first, second].map((at) => ({ at, place: random.pick(places) })),
    );
  });
  return inTurn([...singles, withdrawals, doubles]);
}

function positions(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function pointOf(workload: string, kills: readonly Kill[]): Point {
  return { workload, kills, what: `killed ${inWords(kills)}` };
}

function inWords(kills: readonly Kill[]): string {
  return kills.map(({ at, place }) => `${place === 'Before' ? 'before' : 'after'} write ${at}`).join(' and ');
}
