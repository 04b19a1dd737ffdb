/**
 * Works through items, those of one key after each other and up to `width` keys side by side. After a failure nothing
 * new is begun; what is in hand ends, then the failure is thrown.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  width: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const lanes = [...Map.groupBy(items.entries(), ([, item]) => keyOf(item)).values()];
  const state: { next: number; failure?: { error: unknown } } = { next: 0 };
  const runLane = async (lane: readonly (readonly [number, Item])[]): Promise<void> => {
    for (const [index, item] of lane) {
      if (state.failure !== undefined) return;
      try {
        await work(item, index);
      } catch (error) {
        state.failure ??= { error };
      }
    }
  };
  const runLanes = async (): Promise<void> => {
    for (;;) {
      const lane = lanes[state.next];
      if (lane === undefined || state.failure !== undefined) return;
      state.next += 1;
      await runLane(lane);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, lanes.length) }, runLanes));
  if (state.failure !== undefined) throw state.failure.error;
}
