import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject, LeaderOptions } from '../src/index.ts';
import { ApiError, ConnectionError, LeaderElector } from '../src/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

type Client = LeaderOptions['client'];
/** `slow`: the answer comes late. `lost`: nothing arrives. `unanswered`: it takes effect and nobody is told. `late`: so it does, after three seconds. */
type Weather = 'fair' | 'slow' | 'lost' | 'unanswered' | 'late' | 'refused' | 'failing';
type Mishap = { readonly who: 0 | 1 | 2; readonly what: Weather | 'frozen'; readonly steps: number };

const stepMs = 100;
const [leaseMs, renewMs, retryMs] = [4_000, 1_500, 2_000];

/** A lease in memory with the API server's rule: who replaces it names the version that he saw. */
class Store {
  #lease: KubeObject | undefined;
  #version = 0;

  get(): KubeObject {
    if (this.#lease === undefined) throw new ApiError(404, { reason: 'NotFound' });
    return this.#lease;
  }

  create(object: KubeObject): KubeObject {
    if (this.#lease !== undefined) throw new ApiError(409, { reason: 'AlreadyExists' });
    return this.#put(object);
  }

  replace(object: KubeObject): KubeObject {
    if (object.metadata.resourceVersion !== this.get().metadata.resourceVersion)
      throw new ApiError(409, { reason: 'Conflict' });
    return this.#put(object);
  }

  #put(object: KubeObject): KubeObject {
    this.#version += 1;
    this.#lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    return this.#lease;
  }
}

/** One process: an elector with a clock of its own, behind a link with its own weather. */
class Member {
  readonly clock = new VirtualClock();
  readonly elector: LeaderElector;
  weather: Weather = 'fair';
  #frozenFor: number | undefined;

  constructor(name: string, store: Store, world: VirtualClock, random: () => number) {
    // The elector asks for a Lease and gets what the store holds, which an elector wrote.
    const client = {
      get: (_resource, _ref, options) => this.#send(world, options?.signal, () => store.get()),
      create: (_resource, object, options) => this.#send(world, options?.signal, () => store.create(object)),
      replace: (_resource, object, options) =>
        this.#send(world, options?.signal, () => store.replace(object)),
    } as Client;
    this.elector = new LeaderElector({
      ...{ client, namespace: 'default', name: 'op', identity: name, clock: this.clock, random },
      ...{ leaseMs, renewMs, retryMs },
    });
    this.elector.start();
  }

  get isFrozen(): boolean {
    return this.#frozenFor !== undefined;
  }

  freeze(): void {
    this.#frozenFor ??= 0;
  }

  /** Wakes as a suspended process does: all that time has passed at once, and nothing has run. */
  async wake(): Promise<void> {
    const missed = this.#frozenFor;
    this.#frozenFor = undefined;
    if (missed === undefined) return;
    this.clock.jump(missed);
  }

  async step(): Promise<void> {
    if (this.#frozenFor === undefined) await this.clock.advance(stepMs);
    else this.#frozenFor += stepMs;
  }

  #send(world: VirtualClock, signal: AbortSignal | undefined, act: () => KubeObject): Promise<KubeObject> {
    const { weather } = this;
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new ConnectionError('given up', signal.reason)));
      const tell = (how: () => void): void => {
        if (weather === 'fair') how();
        else if (weather === 'slow') world.after(1_500, how);
      };
      const serve = (): void => {
        try {
          const answer = structuredClone(act());
          tell(() => resolve(answer));
        } catch (error) {
          tell(() => reject(error));
        }
      };
      if (weather === 'refused') reject(new ConnectionError('reset', undefined));
      else if (weather === 'failing') reject(new ApiError(503, {}));
      else if (weather !== 'lost') world.after(weather === 'late' ? 3_000 : 20, serve);
    });
  }
}

const mishap = fc.record({
  who: fc.constantFrom(0 as const, 1 as const, 2 as const),
  what: fc.constantFrom<Mishap['what'][]>(
    ...(['fair', 'slow', 'lost', 'unanswered', 'late', 'refused', 'failing', 'frozen'] as const),
  ),
  steps: fc.integer({ min: 1, max: 60 }),
});

test('whatever befalls three electors, no two lead at once, and soon after it is over one leads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(mishap, { maxLength: 12 }),
      fc.infiniteStream(fc.nat(99)),
      async (mishaps, noise) => {
        const world = new VirtualClock();
        const store = new Store();
        const random = (): number => (noise.next().value ?? 0) / 100;
        const members = ['a', 'b', 'c'].map((name) => new Member(name, store, world, random));
        const leaders = () => members.filter(({ elector, isFrozen }) => !isFrozen && elector.isLeader).length;
        const pass = async (steps: number): Promise<void> => {
          for (let step = 0; step < steps; step += 1) {
            await world.advance(stepMs);
            for (const member of members) await member.step();
            expect(leaders()).toBeLessThan(2);
          }
        };
        await pass(30);
        for (const { who, what, steps } of mishaps) {
          const member = members[who];
          if (what === 'frozen') member?.freeze();
          else {
            await member?.wake();
            expect(leaders()).toBeLessThan(2);
            if (member !== undefined) member.weather = what;
          }
          await pass(steps);
        }
        for (const member of members) {
          await member.wake();
          member.weather = 'fair';
        }
        // A lease that nobody holds any more, and the pauses of those who wait.
        await pass((leaseMs + 2 * retryMs + 3_000) / stepMs);
        expect(leaders()).toBe(1);
        const stopped = Promise.all(members.map(({ elector }) => elector.stop()));
        for (let step = 0; step < 5; step += 1) await world.advance(stepMs);
        await stopped;
        expect(members.map(({ clock }) => clock.pending)).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
