/** Takes one line of progress. */
export type Log = (line: string) => void;

/** Returns a log that writes each line to standard error behind the seconds since it was made. */
export function elapsedLog(write: (text: string) => void = (text) => process.stderr.write(text)): Log {
  const start = performance.now();
  return (line) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    write(`[${seconds}s] ${line}\n`);
  };
}

/** Runs a task and says every half minute that it still runs, so that silence never looks like a hang. */
export async function withHeartbeat<T>(log: Log, what: string, task: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const beat = setInterval(() => log(`${what}: still at it after ${seconds()}`), 30_000);
  try {
    const result = await task();
    log(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(beat);
  }
}
