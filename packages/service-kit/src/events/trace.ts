import type { Commit } from '../store/event-store.ts';

/** The commit with a trace on everything in it that has none: what follows from a message or a request is part of it. */
export function withTrace(commit: Commit, traceparent: string | undefined): Commit {
  if (traceparent === undefined) return commit;
  const { appends, messages, ...rest } = commit;
  return {
    ...rest,
    ...(messages === undefined ? {} : { messages: messages.map((message) => ({ traceparent, ...message })) }),
    ...(appends === undefined
      ? {}
      : {
          appends: appends.map((append) => ({
            ...append,
            events: append.events.map((event) => ({ traceparent, ...event })),
          })),
        }),
  };
}
