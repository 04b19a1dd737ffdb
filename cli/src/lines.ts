/** Lines of two texts side by side: ` ` in both, `-` only before, `+` only after. */
export type Difference = { readonly sign: ' ' | '-' | '+'; readonly line: string };

/** The shortest difference between two lists of lines. */
export function compareLines(before: readonly string[], after: readonly string[]): Difference[] {
  const common = longestCommon(before, after);
  const result: Difference[] = [];
  let [one, other] = [0, 0];
  while (one < before.length || other < after.length) {
    const keep = common[one]?.[other] ?? 0;
    if (one < before.length && other < after.length && before[one] === after[other]) {
      result.push({ sign: ' ', line: before[one] ?? '' });
      [one, other] = [one + 1, other + 1];
    } else if (one < before.length && (other >= after.length || (common[one + 1]?.[other] ?? 0) === keep)) {
      result.push({ sign: '-', line: before[one] ?? '' });
      one += 1;
    } else {
      result.push({ sign: '+', line: after[other] ?? '' });
      other += 1;
    }
  }
  return result;
}

/** Length of the longest common rest from each pair of places. */
function longestCommon(before: readonly string[], after: readonly string[]): number[][] {
  const rows: number[][] = Array.from({ length: before.length + 1 }, () =>
    new Array(after.length + 1).fill(0),
  );
  for (let one = before.length - 1; one >= 0; one -= 1) {
    for (let other = after.length - 1; other >= 0; other -= 1) {
      const row = rows[one] ?? [];
      const below = rows[one + 1] ?? [];
      row[other] =
        before[one] === after[other]
          ? (below[other + 1] ?? 0) + 1
          : Math.max(below[other] ?? 0, row[other + 1] ?? 0);
    }
  }
  return rows;
}

/** Only what differs, with `context` lines around it and `...` for what is left out. */
export function hunks(differences: readonly Difference[], context = 3): string[] {
  const near = differences.map((_, index) =>
    differences.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' '),
  );
  return differences.flatMap(({ sign, line }, index) => {
    if (near[index]) return [`${sign} ${line}`];
    return index === 0 || near[index - 1] ? ['  ...'] : [];
  });
}
