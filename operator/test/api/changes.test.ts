import { expect, it } from 'vitest';
import { ecommerceStack } from '../../src/api/ecommercestack.ts';
import { rules } from '../../src/api/rules.ts';

/** Whether the code's rules allow one specification after the other. */
function allows(code: string, self: object, old: object): boolean {
  const [next, before] = [self, old].map((spec) => specOf(spec));
  return rules
    .filter((rule) => rule.code === code && rule.overChange === true)
    .every((rule) => rule.at.every((at) => rule.holds(memberAt(next, at), memberAt(before, at))));
}

const specOf = (spec: object): object =>
  ecommerceStack.parse({
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: { name: 'shop' },
    spec: { version: 'v1', ...spec },
  });

const memberAt = (document: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), document);

const redis = (embedded?: object, mode = 'Embedded') => ({ data: { redis: { mode, embedded } } });
const one = redis({ storage: { size: '1Gi' } });

it('an embedded server keeps its volume', () => {
  expect(allows('ECS0801', one, one)).toBe(true);
  expect(allows('ECS0801', redis({ storage: { size: '2Gi' } }), one)).toBe(false);
  expect(allows('ECS0801', redis({ storage: { size: '1Gi', className: 'fast' } }), one)).toBe(false);
});

it('an embedded server keeps its volume when its size is first told, or no more', () => {
  expect(allows('ECS0801', one, redis())).toBe(false);
  expect(allows('ECS0801', redis({ image: 'redis:8' }), one)).toBe(false);
  expect(allows('ECS0801', redis({ image: 'redis:8' }), redis())).toBe(true);
});

it('a server of another mode has another volume', () => {
  const external = { data: { redis: { mode: 'External', secretRef: { name: 'redis' } } } };
  expect(allows('ECS0801', external, one)).toBe(true);
  expect(allows('ECS0801', one, external)).toBe(true);
});

const postgres = (size?: string, profile = 'Dev') => ({
  profile,
  data: { postgres: { mode: 'CloudNativePG', cloudNativePG: { storage: { size } } } },
});

it('a volume of another operator grows and does not shrink', () => {
  expect(allows('ECS0802', postgres('2Gi'), postgres('1Gi'))).toBe(true);
  expect(allows('ECS0802', postgres('1024Mi'), postgres('1Gi'))).toBe(true);
  expect(allows('ECS0802', postgres('1Gi'), postgres('1.5Gi'))).toBe(false);
});

it('a volume of another operator does not shrink to the size of a profile, nor from it', () => {
  expect(allows('ECS0802', postgres(), postgres('2Gi'))).toBe(false);
  expect(allows('ECS0802', postgres('500Mi'), postgres())).toBe(false);
  expect(allows('ECS0802', postgres(), postgres(undefined, 'Production'))).toBe(false);
  expect(allows('ECS0802', postgres('20Gi'), postgres(undefined, 'Production'))).toBe(true);
  expect(allows('ECS0802', postgres(undefined, 'Production'), postgres())).toBe(true);
});

const topics = (partitions?: number, profile = 'Dev', mode = 'Embedded') => ({
  profile,
  eventBus: { kafka: { mode, topics: { partitions } } },
});

it('topics gain partitions and lose none', () => {
  expect(allows('ECS0803', topics(6), topics(3))).toBe(true);
  expect(allows('ECS0803', topics(2), topics(3))).toBe(false);
  expect(allows('ECS0803', topics(2), topics())).toBe(false);
  expect(
    allows('ECS0803', topics(undefined, 'Dev', 'Strimzi'), topics(undefined, 'Production', 'Strimzi')),
  ).toBe(false);
  expect(allows('ECS0803', topics(), topics(undefined, 'Production'))).toBe(true);
});
