import { expect, it } from 'vitest';
import { findingCodes } from '../../../cli/src/findings.ts';
import { actionRules } from '../../../operator/src/api/rules/action.ts';
import { rules } from '../../../operator/src/api/rules.ts';
import { schemaCodes } from '../../../operator/src/api/validate.ts';
import { codeFiles } from '../codes.ts';
import { fieldsOf, referenceFiles, typeOf } from '../reference.ts';

const page = referenceFiles()['docs/reference/ecommercestack.md'] ?? '';
const actions = referenceFiles()['docs/reference/rolloutaction.md'] ?? '';
const codes = codeFiles()['docs/reference/codes.md'] ?? '';

it('lists fields with type, default and meaning', () => {
  expect(page).toMatch(/\| `spec\.version` \| string ≤ 63 \| \*\*required\*\* \| Image tag of every service/);
  expect(page).toMatch(/\| `spec\.profile` \| `Dev`, `Production` \| `"Dev"` \|/);
  expect(page).toMatch(/\| `spec\.services` \| list of objects ≤ 13, by name \|/);
});

it('gives every default once more at a glance, those worked out by the operator included', () => {
  const table = page.slice(page.indexOf('## Every default'), page.indexOf('## Profiles'));
  expect(table).toContain('| `spec.mesh.trustDomain` | `"cluster.local"` |');
  expect(table).toContain('| `spec.mesh.resilience.timeout` | 15s |');
  expect(table).not.toContain('**required**');
});

it('shows what the profiles stand for', () => {
  expect(page).toContain('| replicas of a service | 1 | 2, gateway 3, product 3, storefront 3 |');
});

it('has one entry a code, no more and no fewer', () => {
  const listed = [...codes.matchAll(/^## (ECS[0-9]+)$/gm)].map(([, code]) => code);
  const known = new Set<string>([
    ...Object.keys(findingCodes),

    ...Object.values(schemaCodes),
    ...[...rules, ...actionRules].map((rule) => rule.code),
  ]);
  expect(new Set(listed)).toEqual(known);
  expect(listed).toHaveLength(known.size);
});

it('lists the fields of an action too', () => {
  expect(actions).toMatch(/\| `spec\.requestedBy` \| string ≤ 512 \| \*\*required\*\* \| Who asks/);
  expect(actions).toMatch(/\| `spec\.expiresAfter` \| string ≤ 32 \| `"5m"` \|/);
  expect(actions).toMatch(/\| `status\.result` \| `Applied`, `Rejected` \|/);
});

it('names types as a reader would', () => {
  expect(typeOf({ 'x-kubernetes-int-or-string': true })).toBe('integer or string');
  expect(typeOf({ type: 'integer', minimum: 0, maximum: 100 })).toBe('integer 0–100');
  expect(typeOf({ type: 'object', additionalProperties: { type: 'string' }, maxProperties: 8 })).toBe(
    'map to strings ≤ 8',
  );
});

it('walks members, items and values', () => {
  const paths = fieldsOf(
    {
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
        map: {
          type: 'object',
          additionalProperties: { type: 'object', properties: { key: { type: 'string' } } },
        },
      },
    },
    '',
  ).map(({ path }) => path);
  expect(paths).toEqual(['list', 'list[].name', 'map', 'map{}.key']);
});
