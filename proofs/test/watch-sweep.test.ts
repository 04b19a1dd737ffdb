import { describe, expect, test } from 'vitest';
import { Schedule } from '../kfault/schedule.ts';
import { randomFrom } from '../random.ts';
import { batchSize, drawLosses, type Loss, planOf } from '../watch-sweep/losses.ts';

const event = (namespace: string) =>
  ({ resource: 'services', namespace, type: 'MODIFIED', initial: false }) as const;

/** Positions of a namespace's events that a plan drops, of so many. */
function dropped(losses: ReadonlyMap<string, Loss>, namespace: string, of: number): number[] {
  const schedule = new Schedule(planOf(losses));
  const positions: number[] = [];
  for (let position = 1; position <= of; position++) {
    // Those of others in between do not count.
    schedule.event(event('elsewhere'));
    if (schedule.event(event(namespace))?.type === 'Drop') positions.push(position);
  }
  return positions;
}

describe('losses', () => {
  test('every position is drawn once, and a batch has singles and halves while there are both', () => {
    const batches = drawLosses(30, 50, randomFrom(7));
    const all = batches.flat();
    const ones = all.flatMap((loss) => (loss.type === 'One' ? [loss.at] : []));
    expect(ones.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(all.filter(({ type }) => type === 'Half')).toHaveLength(50);
    expect(batches.every((batch) => batch.length <= batchSize)).toBe(true);
    const counts = batches.map((batch) => batch.filter(({ type }) => type === 'One').length);
    expect(counts).toEqual([0, 12, 12, 6, 0]);
    expect(batches[0]).toEqual([{ type: 'Deletion' }]);
  });

  test('one is lost where it was asked for, and nowhere else', () => {
    const losses = new Map<string, Loss>([
      ['a', { type: 'One', at: 3 }],
      ['b', { type: 'One', at: 1 }],
    ]);
    expect(dropped(losses, 'a', 20)).toEqual([3]);
    expect(dropped(losses, 'b', 20)).toEqual([1]);
    expect(dropped(losses, 'c', 20)).toEqual([]);
    const deletion = new Map<string, Loss>([['a', { type: 'Deletion' }]]);
    expect(dropped(deletion, 'a', 20)).toEqual([]);
    const schedule = new Schedule(planOf(deletion));
    const seen = [1, 2].map(() => schedule.event({ ...event('a'), type: 'DELETED' })?.type);
    expect(seen).toEqual(['Drop', undefined]);
  });

  test('half are lost, others with another seed', () => {
    const [one, other] = [1, 2].map((seed) => dropped(new Map([['a', { type: 'Half', seed }]]), 'a', 400));
    expect(one?.length).toBeGreaterThan(150);
    expect(one?.length).toBeLessThan(250);
    expect(one).not.toEqual(other);
  });
});
