/** Asks again and again until the answer is not undefined; undefined when `deadline` (milliseconds) passes first. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  deadline: number,
  pause = 50,
): Promise<T | undefined> {
  const end = performance.now() + deadline;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** As `until`, but a deadline that passes is an error that says what was waited for. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  deadline: number,
  pause = 250,
): Promise<T> {
  const answer = await until(ask, deadline, pause);
  if (answer === undefined) throw new Error(`waited ${Math.round(deadline / 1000)} s for ${what}`);
  return answer;
}
