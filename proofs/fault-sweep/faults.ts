import type { Lane, Place, Plan, RequestFault } from '../kfault/plan.ts';
import type { Random } from '../random.ts';
import { inTurn } from '../sweep/in-turn.ts';
import type { Sample as Disturbance } from '../sweep/sweep.ts';

/** One way in which a request fails. */
export type Failure = { readonly name: string; readonly place: Place; readonly fault: RequestFault };

/** What a 429 asks for. */
export const retryAfterSeconds = 1;

/** Everything that a request can meet; what cuts the connection may do so on either side of the commit. */
export const failures: readonly Failure[] = [
  { name: '409', place: 'Before', fault: { type: 'Answer', status: 409 } },
  { name: '429', place: 'Before', fault: { type: 'Answer', status: 429, retryAfterSeconds } },
  { name: '500', place: 'Before', fault: { type: 'Answer', status: 500 } },
  { name: '503', place: 'Before', fault: { type: 'Answer', status: 503 } },
  { name: 'timeout', place: 'Before', fault: { type: 'Timeout' } },
  { name: 'timeout after the commit', place: 'After', fault: { type: 'Timeout' } },
  { name: 'reset', place: 'Before', fault: { type: 'Reset' } },
  { name: 'reset after the commit', place: 'After', fault: { type: 'Reset' } },
  { name: 'half a body', place: 'After', fault: { type: 'HalfBody' } },
];

/** Lanes whose requests depend on the work alone. */
const lanes: readonly Lane[] = ['write', 'read', 'watch'];

/** One run: a fault at one request of a workload, or a condition that lasts. */
export type Sample = Disturbance & {
  readonly plan: Plan;
  /** The run shows what the condition costs, beside that it converges. */
  readonly costs?: 'requests' | 'writes';
};

/** Requests of each lane that a workload makes undisturbed. */
export type Positions = Readonly<Record<string, Readonly<Partial<Record<Lane, number>>>>>;

/** How many requests of a lane a failure meets in each workload but the one that is exhausted. */
const sampled = 3;

/**
 * Every failure at every request of one workload and at some of the others: one of each workload after the other, and
 * within a workload one of each stratum (lane, failure).
 */
export function drawSamples(positions: Positions, exhausted: string, random: Random): Sample[] {
  const workloads = Object.entries(positions).map(([workload, counts]) => {
    const most = workload === exhausted ? Number.POSITIVE_INFINITY : sampled;
    const strata = lanes.flatMap((lane) =>
      failures.map((failure) => {
        const numbers = Array.from({ length: counts[lane] ?? 0 }, (_, index) => index + 1);
        const drawn = random.shuffle(numbers).slice(0, most);
        return drawn.map((at) => sampleOf(workload, lane, at, failure));
      }),
    );
    return inTurn(random.shuffle(strata));
  });
  return inTurn(random.shuffle(workloads));
}

function sampleOf(workload: string, lane: Lane, at: number, { name, place, fault }: Failure): Sample {
  return {
    ...{ workload, ...(fault.type === 'Timeout' && { slow: true }) },
    what: `${name} at ${lane} ${at}`,
    plan: { requests: [{ on: { lane }, at, place, fault }] },
  };
}

/** Conditions that last for a whole run: three requests in ten get a 429, and a watch that is late with everything. */
export function lastingSamples(workload: string, random: Random, count: number): Sample[] {
  const storm = { type: 'Answer', status: 429, retryAfterSeconds } as const;
  return Array.from({ length: count }, (): Sample[] => {
    const seed = random.integer(1, 1_000_000);
    return [
      {
        workload,
        what: `30 % of requests answered with 429 (seed ${seed})`,
        costs: 'requests',
        plan: {
          seed,
          requests: lanes.map((lane) => ({
            ...{ on: { lane }, fraction: 0.3, place: 'Before', fault: storm },
          })),
        },
      },
      {
        workload,
        what: `every event held for ${late} ms`,
        costs: 'writes',
        plan: { events: [{ on: {}, fault: { type: 'Hold', milliseconds: late } }] },
      },
    ];
  }).flat();
}

/** Milliseconds by which each event of a watch is late, after those before it. */
const late = 700;
