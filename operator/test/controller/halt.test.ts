import { expect, test } from 'vitest';
import type { EcommerceStack } from '../../src/api/ecommercestack.ts';
import { haltOf } from '../../src/controller/halt.ts';
import { aStack } from '../../src/testing/a-stack.ts';

/** A stack as the API server hands it over, whose CRD may be another version's. */
function stored(spec: Record<string, unknown>): EcommerceStack {
  const stack = aStack();
  return { ...stack, spec: { ...stack.spec, ...spec } };
}

test('fields of a later CRD halt nothing: an upgrade brings the CRD first', () => {
  expect(haltOf(stored({ tone: 'Plain' }), [])).toBeUndefined();
  expect(haltOf(stored({ monitoring: { ...aStack().spec.monitoring, later: 1 } }), [])).toBeUndefined();
});

test('a value that this version does not know halts, and so does a broken rule beside a later field', () => {
  expect(haltOf(stored({ blueprint: 'v2' }), [])?.reason).toBe('InvalidSpec');
  const broken = { tone: 'Plain', exposure: { type: 'None', hosts: ['a.com'] } };
  expect(haltOf(stored(broken), [])?.message).toMatch(/spec.exposure.type/);
});
