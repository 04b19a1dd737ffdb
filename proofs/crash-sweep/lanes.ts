/** Runs at the same time: an operator mostly waits while it starts and converges. */
const lanes = 3;

/** Does the same work several times at once, until each says that there is none left. */
export async function inLanes(work: () => Promise<void>, count = lanes): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}
