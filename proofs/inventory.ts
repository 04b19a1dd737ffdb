/** What a machine has, by sort of thing; each thing is named by one line. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Things that are there in one of two inventories and not in the other. Order does not matter; number does. */
export function differences(before: Inventory, after: Inventory): string[] {
  const sorts = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return sorts.flatMap((sort) => {
    const left = counts(before[sort] ?? []);
    const right = counts(after[sort] ?? []);
    const names = [...new Set([...left.keys(), ...right.keys()])].sort();
    return names.flatMap((name) => {
      const change = (right.get(name) ?? 0) - (left.get(name) ?? 0);
      if (change === 0) return [];
      const times = Math.abs(change) > 1 ? ` (${Math.abs(change)} times)` : '';
      return [`${sort}: ${name} ${change > 0 ? 'was left behind' : 'is missing'}${times}`];
    });
  });
}

function counts(items: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of items) found.set(item, (found.get(item) ?? 0) + 1);
  return found;
}
