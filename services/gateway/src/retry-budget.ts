/** Says for each retry whether it may happen. */
export type RetryBudget = { readonly onRequest: () => void; readonly take: () => boolean };

const perRequest = 0.2;
const most = 20;

/**
 * A budget of one retry for every five requests, at most twenty saved up: a few broken connections are hidden from
 * clients, while a service that is down gets a fifth more load, never twice.
 */
export function createRetryBudget(): RetryBudget {
  let saved = most;
  return {
    onRequest: () => {
      saved = Math.min(most, saved + perRequest);
    },
    take: () => {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
