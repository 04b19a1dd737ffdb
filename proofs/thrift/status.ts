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

/** Counts the statuses that were written one after the other, after `before`; saying the same thing again later is needless. */
export function judgeStatus(before: unknown, written: readonly unknown[]): StatusWrites {
  const said = [before, ...written].map(meaningOf);
  const news = said.slice(1).filter((meaning, index) => meaning !== said[index]);
  const plain = written.length - news.length;
  const repeated = news.length - new Set(news).size;
  return {
    writes: written.length,
    transitions: news.length,
    failures: [
      ...(plain > spare
        ? [`status was written ${written.length} times for ${news.length} transitions: ${spare} more at most`]
        : []),
      ...(repeated > 0 ? [`status went back and forth: ${repeated} transitions were undone again`] : []),
    ],
  };
}

/** What a status says, without times, texts and the generation that it speaks of. */
function meaningOf(status: unknown): string {
  const conditions = listOf(at(status, 'conditions')).map((condition) =>
    ['type', 'status', 'reason'].map((member) => at(condition, member)),
  );
  const services = listOf(at(status, 'services')).map((service) => {
    const { message: _message, history, ...fields } = Object(service);
    return {
      ...fields,
      history: listOf(history).map((entry) => [at(entry, 'revision'), at(entry, 'result')]),
    };
  });
  const said = [at(status, 'phase'), at(status, 'summary'), at(status, 'url'), conditions, services];
  // The API server answers with members in an order of its own.
  return JSON.stringify(said, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
