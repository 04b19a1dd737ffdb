/** Seconds as people say them: 45s, 2m05s, 1h10m. */
export function lasting(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), Math.floor(seconds % 60)];
  const two = (value: number) => String(value).padStart(2, '0');
  if (h > 0) return `${h}h${two(m)}m`;
  return m > 0 ? `${m}m${two(s)}s` : `${s}s`;
}

/** Ten cells, as many of them full as the percentage says; any traffic shows, and so does any that is missing. */
export function bar(percent: number): string {
  const cells = percent <= 0 ? 0 : percent >= 100 ? 10 : Math.min(9, Math.max(1, Math.round(percent / 10)));
  return '█'.repeat(cells) + '░'.repeat(10 - cells);
}

/** Rows with columns as wide as their widest cell, two spaces apart, nothing at the end of a line. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A node of a tree: a line and what hangs below it. */
export type Branch = { readonly line: string; readonly below?: readonly Branch[] };

/** The lines of a tree: the root's own, then every branch. */
export function branches(nodes: readonly Branch[]): string[] {
  return nodes.flatMap(({ line, below = [] }, index) => {
    const last = index === nodes.length - 1;
    const rest = branches(below).map((inner) => `${last ? '   ' : '│  '}${inner}`);
    return [`${last ? '└─' : '├─'} ${line}`, ...rest];
  });
}
