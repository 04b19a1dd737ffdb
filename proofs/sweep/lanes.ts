/** Does the same work so many times at once, until each says that there is none left. */
export async function inLanes(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}
