import { randomFrom } from '../random.ts';
import type {
  EventFault,
  EventRule,
  EventSelector,
  EventType,
  Lane,
  NumberedRequest,
  Plan,
  RequestFacts,
  RequestRecord,
  RequestRule,
  RequestSelector,
  Verdict,
} from './plan.ts';
import { Tally } from './tally.ts';

/** What a rule can know of an event of a watch. */
export type EventFacts = {
  readonly resource: string;
  readonly namespace: string;
  readonly type: EventType;
  readonly initial: boolean;
};

const everyChange: readonly EventType[] = ['ADDED', 'MODIFIED', 'DELETED'];

/** A plan being followed: numbers what passes and says what is to befall it. Knows no network; the clock is given. */
export class Schedule {
  readonly #requestRules: Tally<RequestRule>;
  readonly #eventRules: Tally<EventRule>;
  readonly #positions: Record<Lane, number> = { write: 0, read: 0, watch: 0, lease: 0, event: 0 };
  readonly #records = new Map<NumberedRequest, RequestRecord>();
  readonly #events = new Map<string, number>();

  readonly #clock: () => number;
  readonly #began: number;

  constructor({ seed = 1, requests = [], events = [] }: Plan, clock: () => number = () => 0) {
    this.#clock = clock;
    this.#began = clock();
    const random = randomFrom(seed);
    this.#requestRules = new Tally(requests, random);
    this.#eventRules = new Tally(events, random);
  }

  /** Numbers a request and names the rule that strikes it. */
  request(facts: RequestFacts): { request: NumberedRequest; rule?: RequestRule } {
    this.#positions[facts.lane] += 1;
    const request = { ...facts, position: this.#positions[facts.lane] };
    const rule = this.#requestRules.strike(({ on }) => isRequest(on, facts));
    this.#records.set(request, {
      ...request,
      milliseconds: Math.round(this.#clock() - this.#began),
      ...(rule && { fault: rule.fault.type, place: rule.place }),
    });
    return { request, rule };
  }

  /** Remembers what the API server answered. */
  answered(request: NumberedRequest, status: number): void {
    const record = this.#records.get(request);
    if (record !== undefined) this.#records.set(request, { ...record, upstream: status });
  }

  /** What is to befall an event that arrived from the API server. */
  event(facts: EventFacts): EventFault | undefined {
    if (!facts.initial && everyChange.includes(facts.type))
      this.#events.set(facts.resource, (this.#events.get(facts.resource) ?? 0) + 1);
    return this.#eventRules.strike(({ on }) => isEvent(on, facts))?.fault;
  }

  /** What was seen and done so far. */
  verdict(): Verdict {
    return {
      counted: { ...this.#positions },
      requests: [...this.#records.values()],
      events: Object.fromEntries(this.#events),
      struck: { requests: this.#requestRules.strikes(), events: this.#eventRules.strikes() },
    };
  }
}

function isRequest(on: RequestSelector, facts: RequestFacts): boolean {
  return (
    on.lane === facts.lane &&
    (on.resource ?? facts.resource) === facts.resource &&
    (on.namespace ?? facts.namespace) === facts.namespace &&
    (on.name ?? facts.name) === facts.name
  );
}

function isEvent(on: EventSelector, facts: EventFacts): boolean {
  return (
    (on.types ?? everyChange).includes(facts.type) &&
    (on.initial ?? false) === facts.initial &&
    (on.resource ?? facts.resource) === facts.resource &&
    (on.namespace ?? facts.namespace) === facts.namespace
  );
}
