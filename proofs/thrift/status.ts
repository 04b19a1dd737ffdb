import { at } from '../kube/object.ts';

/** What the status writes of one change amount to. */
export type StatusWrites = {
  readonly writes: number;
  /** Writes that say something else than the one before them, times and texts aside. */
  readonly transitions: number;
  readonly failures: readonly string[];
};

/** Writes that may say nothing new: that a decision is remembered, and that a generation was seen. */
const spare = 2;

/**
 * Counts the statuses that were written one after the other, after `before`. A transition needs a cause: `causes` is how
 * often others wrote to what the stack is made of.
 */
export function judgeStatus(before: unknown, written: readonly unknown[], causes: number): StatusWrites {
  const said = [before, ...written].map(meaningOf);
  const transitions = written.length - repetitions(said);
  const same = repetitions([before, ...written].map(textOf));
  return {
    writes: written.length,
    transitions,
    failures: [
      ...(same > 0 ? [`status was written ${same} times as it stood there already`] : []),
      ...(written.length - transitions > spare
        ? [`status was written ${written.length} times for ${transitions} transitions: ${spare} more at most`]
        : []),
      ...(transitions > causes + spare
        ? [`status made ${transitions} transitions, and others wrote only ${causes} times`]
        : []),
    ],
  };
}

/** How many after the first are equal to the one before them. */
function repetitions(texts: readonly string[]): number {
  return texts.slice(1).filter((text, index) => text === texts[index]).length;
}

/** What a status says, without times, texts and the generation that it speaks of. */
function meaningOf(status: unknown): string {
  const services = listOf(at(status, 'services')).map((service) => {
    const { message: _message, history, ...fields } = Object(service);
    return {
      ...fields,
      history: listOf(history).map((entry) => [at(entry, 'revision'), at(entry, 'result')]),
    };
  });
  const conditions = listOf(at(status, 'conditions')).map((condition) =>
    ['type', 'status', 'reason'].map((member) => at(condition, member)),
  );
  const others = ['phase', 'summary', 'url', 'hosts'].map((member) => at(status, member));
  return textOf([conditions, services, others]);
}

/** JSON with members in order: the API server answers with them in an order of its own. */
function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
