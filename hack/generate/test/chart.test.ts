import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { crdTemplate } from '../chart-crds.ts';
import { leavesOf, tableBegin, tableEnd, type ValuesSchema, withValuesTable } from '../chart-readme.ts';

const chart = join(import.meta.dirname, '../../../charts/ecommercestack-operator');
const schema: ValuesSchema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(join(chart, '../../package.json'), 'utf8'));

/** Subschemas of the chart's own objects: those that list properties. */
function objectsOf(node: ValuesSchema, path: string): [string, ValuesSchema][] {
  const children = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
    objectsOf(child, `${path}.${name}`),
  );
  return node.properties === undefined ? children : [[path, node], ...children];
}

function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => Object(inner)[name], values);
}

describe('values.schema.json', () => {
  test('every object refuses members that it does not list', () => {
    const open = objectsOf(schema, '$').filter(([, node]) => node.additionalProperties !== false);
    expect(open.map(([path]) => path)).toEqual([]);
  });

  test('every value is described and its default is the one of values.yaml', () => {
    const values = load(readFileSync(join(chart, 'values.yaml'), 'utf8'));
    for (const { path, schema: leaf } of leavesOf(schema).filter((leaf) => leaf.path !== 'global')) {
      expect(leaf.description, path).toMatch(/\.$/);
      expect(valueAt(values, path), path).toEqual(leaf.default);
    }
  });
});

test('the chart has the version of the operator that it installs', () => {
  const definition = load(readFileSync(join(chart, 'Chart.yaml'), 'utf8'));
  expect(definition).toMatchObject({ version, appVersion: version });
});

describe('crdTemplate', () => {
  const template = crdTemplate(
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x.y\n  annotations: {a: b}\nspec: {description: "a {{ brace }}"}\n',
  );

  test('stands behind crds.enabled and keeps behind crds.keep', () => {
    expect(template).toMatch(/\{\{- if \.Values\.crds\.enabled \}\}\napiVersion/);
    expect(template).toMatch(
      /if \.Values\.crds\.keep \}\}\n {4}helm\.sh\/resource-policy: keep\n {4}\{\{- end/,
    );
    expect(template).toContain('    a: b\n');
  });

  test('leaves no brace of a description to the template engine', () => {
    expect(template).toContain('{{ "{{" }} brace {{ "}}" }}');
  });
});

describe('withValuesTable', () => {
  const leaf: ValuesSchema = {
    properties: { a: { properties: { b: { description: 'What b is.', default: 1, enum: [1, 2] } } } },
  };

  test('writes between its markers and keeps the rest', () => {
    const readme = `before\n${tableBegin}\nold\n${tableEnd}\nafter\n`;
    const once = withValuesTable(readme, leaf);
    expect(once).toContain('| `a.b` | `1` | What b is. One of `1`, `2`. |');
    expect(once).not.toContain('old');
    expect(once.startsWith('before\n')).toBe(true);
    expect(once.endsWith('after\n')).toBe(true);
    expect(withValuesTable(once, leaf)).toBe(once);
  });

  test('refuses a README without markers', () => {
    expect(() => withValuesTable('nothing here', leaf)).toThrow(/lacks/);
  });
});
