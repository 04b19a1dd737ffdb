import type { ServiceStatus } from '../api/ecommercestack.ts';
import type { Ending } from '../rollout/effects.ts';

type History = NonNullable<ServiceStatus['history']>;
type Entry = History[number];

const historyLimit = 10;

/** What a history is continued with. */
export type HistoryNews = {
  /** Rollouts that ended in this turn. */
  readonly endings: readonly Ending[];
  readonly stableRevision: string;
  /** Whether the stable revision runs whole. */
  readonly available: boolean;
  readonly versionOf: (revision: string) => string;
  readonly at: string;
};

/**
 * The history with what ended in this turn, newest first. A revision that runs whole is entered once, which proves that
 * it can be gone back to.
 */
export function historyOf(before: ServiceStatus['history'], news: HistoryNews): ServiceStatus['history'] {
  const { at, stableRevision, versionOf } = news;
  let history: History = before ?? [];
  for (const { revision, result, by, why } of news.endings) {
    const entry: Entry = {
      ...{ revision, version: versionOf(revision), result, at },
      ...(by !== undefined && { by: by.slice(0, 128) }),
      ...(why !== undefined && { why: why.slice(0, 256) }),
    };
    // One turn may write its status twice.
    const known = history.some((one) => one.revision === revision && one.result === result && one.at === at);
    if (!known) history = [entry, ...history];
  }
  const last = history.find(({ result }) => result === 'Promoted');
  if (news.available && last?.revision !== stableRevision) {
    history = [
      { revision: stableRevision, version: versionOf(stableRevision), result: 'Promoted', at },
      ...history,
    ];
  }
  return history.length === 0 ? undefined : trimmed(history, stableRevision);
}

/** The newest entries; the one that proves the stable revision stays whatever its age. */
function trimmed(history: History, stable: string): History {
  if (history.length <= historyLimit) return history;
  const newest = history.slice(0, historyLimit);
  const proof = history.find(({ revision, result }) => revision === stable && result === 'Promoted');
  return proof === undefined || newest.includes(proof) ? newest : [...newest.slice(0, -1), proof];
}
