import { expect, test } from 'vitest';
import { describeFinding, type Finding, idle, unargued } from '../scanners/finding.ts';

const finding = (object: string, check = 'C1'): Finding => ({ scanner: 's', check, object, what: 'no' });
const findings = [
  finding('Deployment user-service'),
  finding('StatefulSet shop-redis'),
  finding('Pod x', 'C2'),
];

test('an argument covers the objects that it names, whole, or all of them', () => {
  expect(unargued(findings, [{ scanner: 's', check: 'C1', reason: '' }])).toEqual([findings[2]]);
  const some = { scanner: 's', check: 'C1', objects: 'StatefulSet .*', reason: '' };
  expect(unargued(findings, [some]).map(({ object }) => object)).toEqual([
    'Deployment user-service',
    'Pod x',
  ]);
  expect(unargued(findings, [{ ...some, objects: 'StatefulSet' }])).toHaveLength(3);
});

test('an argument for nothing is told', () => {
  const stale = { scanner: 's', check: 'C9', reason: '' };
  expect(idle(findings, [stale, { scanner: 's', check: 'C2', reason: '' }])).toEqual([stale]);
});

test('a finding is one line', () => {
  expect(describeFinding(finding('Pod x'))).toBe('s C1 on Pod x: no');
});
