import { expect, it } from 'vitest';
import { rules } from '../../src/api/rules.ts';

const allows = (code: string, self: object, old?: object) =>
  rules.filter((rule) => rule.code === code).every((rule) => rule.holds(self, old));

it('an embedded server keeps its volume', () => {
  expect(allows('ECS0801', { size: '1Gi' }, { size: '1Gi' })).toBe(true);
  expect(allows('ECS0801', { size: '2Gi' }, { size: '1Gi' })).toBe(false);
  expect(allows('ECS0801', { size: '1Gi', className: 'fast' }, { size: '1Gi' })).toBe(false);
});

it('a volume of another operator grows and does not shrink', () => {
  expect(allows('ECS0802', { size: '2Gi' }, { size: '1Gi' })).toBe(true);
  expect(allows('ECS0802', { size: '1024Mi' }, { size: '1Gi' })).toBe(true);
  expect(allows('ECS0802', { size: '1Gi' }, { size: '1.5Gi' })).toBe(false);
  expect(allows('ECS0802', {}, { size: '1Gi' })).toBe(true);
});

it('topics gain partitions and lose none', () => {
  expect(allows('ECS0803', { partitions: 6 }, { partitions: 3 })).toBe(true);
  expect(allows('ECS0803', { partitions: 2 }, { partitions: 3 })).toBe(false);
});

it('nothing is asked of what was not there before', () => {
  expect(allows('ECS0801', { size: '1Gi' })).toBe(true);
  expect(allows('ECS0803', { partitions: 1 })).toBe(true);
});
