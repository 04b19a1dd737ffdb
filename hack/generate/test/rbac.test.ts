import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actionRights, extraRights, rolloutRight } from '../../../operator/src/api/guard.ts';
import { type KindRow, kinds, type Verb } from '../../../operator/src/api/kinds.ts';
import { shippedRoles } from '../../../operator/src/api/roles.ts';
import { type Rule, rulesFor, rulesTemplate, type Scope } from '../rbac.ts';

const chart = join(import.meta.dirname, '../../../charts/ecommercestack-operator');

function verbsGranted(rules: readonly Rule[], group: string, resource: string): string[] {
  return rules
    .filter((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource))
    .flatMap((rule) => rule.verbs)
    .toSorted();
}

function verbsAsked(row: KindRow, scope: Scope): Verb[] {
  if (scope === 'namespace' && row.clusterScoped) return [];
  return [
    ...new Set([...row.verbs, ...(scope === 'namespace' ? (row.namespacedVerbs ?? []) : [])]),
  ].toSorted();
}

describe.each(['namespace', 'cluster'] as const)('rights in scope %s', (scope) => {
  const rules = rulesFor(kinds, scope);

  test.each(kinds.map((row) => [row.kind, row] as const))('%s: exactly the verbs of its row', (_, row) => {
    expect(verbsGranted(rules, row.group, row.plural)).toEqual(verbsAsked(row, scope));
    for (const [subresource, verbs] of Object.entries(row.subresources ?? {})) {
      expect(verbsGranted(rules, row.group, `${row.plural}/${subresource}`)).toEqual(verbs.toSorted());
    }
  });

  test('no rule beyond the table', () => {
    const known = new Set(
      kinds.flatMap((row) => [
        `${row.group}/${row.plural}`,
        ...Object.keys(row.subresources ?? {}).map(
          (subresource) => `${row.group}/${row.plural}/${subresource}`,
        ),
      ]),
    );
    const granted = rules.flatMap((rule) =>
      rule.apiGroups.flatMap((group) => rule.resources.map((resource) => `${group}/${resource}`)),
    );
    expect(granted.filter((resource) => !known.has(resource))).toEqual([]);
    expect(new Set(granted).size).toBe(granted.length);
  });

  test('no wildcard and no way to more rights', () => {
    const words = rules.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs]);
    expect(words.filter((word) => word.includes('*'))).toEqual([]);
    expect(words.filter((word) => /^(bind|escalate|impersonate|deletecollection)$/.test(word))).toEqual([]);
    expect(
      words.filter((word) => /roles?$|rolebindings$|serviceaccounts\/token|pods\/exec/.test(word)),
    ).toEqual([]);
  });
});

test('installed cluster-wide, no Secret can be read: neither by a read nor by the answer to a write', () => {
  const verbs = verbsGranted(rulesFor(kinds, 'cluster'), '', 'secrets');
  expect(verbs.filter((verb) => verb !== 'create')).toEqual([]);
});

test('limited to namespaces, nothing that lives in none is granted', () => {
  const resources = rulesFor(kinds, 'namespace').flatMap((rule) => rule.resources);
  expect(resources.filter((resource) => resource === 'namespaces')).toEqual([]);
});

test('the chart holds what the table gives now', () => {
  expect(readFileSync(join(chart, 'templates/_rules.tpl'), 'utf8')).toBe(rulesTemplate());
});

test('rows that share verbs share a rule; rows that do not stay apart', () => {
  const row = (plural: string, verbs: Verb[]): KindRow => ({
    ...{ kind: plural, group: 'g', version: 'v1', plural, owned: false, watch: 'None', write: 'None' },
    verbs,
  });
  expect(rulesFor([row('b', ['get']), row('a', ['get']), row('c', ['list', 'get'])], 'cluster')).toEqual([
    { apiGroups: ['g'], resources: ['a', 'b'], verbs: ['get'] },
    { apiGroups: ['g'], resources: ['c'], verbs: ['get', 'list'] },
  ]);
});

test('the README of the chart names the right of every action', () => {
  const readme = readFileSync(join(chart, 'README.md'), 'utf8');
  const rights = [...Object.values(actionRights), ...Object.values(extraRights), rolloutRight];
  expect(rights.filter((right) => !readme.includes(`\`ecommercestacks/${right}\``))).toEqual([]);
  expect(shippedRoles.filter(({ name }) => !readme.includes(`\`${name}\``))).toEqual([]);
});

test('no shipped role reads Secrets, writes status or leads to more rights', () => {
  const rules = shippedRoles.flatMap((role) => role.rules);
  const resources = rules.flatMap((rule) => rule.resources);
  expect(resources.filter((resource) => /secrets|\/status$|\*|roles|bindings/.test(resource))).toEqual([]);
  expect(
    rules.flatMap(({ verbs }) => verbs).filter((verb) => /\*|bind|escalate|impersonate/.test(verb)),
  ).toEqual([]);
});
