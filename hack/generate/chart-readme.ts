/** The part of a JSON Schema that the chart's values.schema.json uses. */
export type ValuesSchema = {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: boolean | ValuesSchema;
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
  readonly items?: ValuesSchema;
};

export const tableBegin = '<!-- values: generated from values.schema.json by npm run generate -->';
export const tableEnd = '<!-- /values -->';

/** Every leaf value of a schema with its dotted path, in the schema's order. */
export function leavesOf(schema: ValuesSchema, path = ''): { path: string; schema: ValuesSchema }[] {
  if (schema.properties === undefined) return [{ path, schema }];
  return Object.entries(schema.properties).flatMap(([name, child]) =>
    leavesOf(child, path === '' ? name : `${path}.${name}`),
  );
}

/** The README with its table of values rewritten. Throws when the markers are gone. */
export function withValuesTable(readme: string, schema: ValuesSchema): string {
  const begin = readme.indexOf(tableBegin);
  const end = readme.indexOf(tableEnd);
  if (begin === -1 || end < begin) throw new Error(`the chart's README lacks ${tableBegin} … ${tableEnd}`);
  const rows = leavesOf(schema).map(({ path, schema: leaf }) => {
    const allowed =
      leaf.enum === undefined
        ? ''
        : ` One of ${leaf.enum.map((value) => `\`${String(value)}\``).join(', ')}.`;
    return `| \`${path}\` | \`${JSON.stringify(leaf.default)}\` | ${leaf.description ?? ''}${allowed} |`;
  });
  const table = ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n');
  return `${readme.slice(0, begin + tableBegin.length)}\n\n${table}\n\n${readme.slice(end)}`;
}
