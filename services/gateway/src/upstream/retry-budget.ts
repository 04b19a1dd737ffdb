/** Says for each retry whether it may happen. */
export type RetryBudget = { readonly onRequest: () => void; readonly take: () => boolean };

const requestsPerRetry = 5;
const mostRetries = 20;

/**
 * A budget of one retry for every five requests, at most twenty saved up: a few broken connections are hidden from
 * clients, while a service that is down gets a fifth more load, never twice.
 */
export function createRetryBudget(): RetryBudget {
  const most = mostRetries * requestsPerRetry;
  let saved = most;
  return {
    onRequest: () => {
      saved = Math.min(most, saved + 1);
    },
    take: () => {
      if (saved < requestsPerRetry) return false;
      saved -= requestsPerRetry;
      return true;
    },
  };
}
