import { describe, expect, test } from 'vitest';
import { parseRequest } from '../arguments.ts';
import { judgeRefusal } from '../invalid.ts';
import { proofs } from '../list.ts';
import { judge, type Outcome } from '../proof.ts';
import { conditionOf, isReady } from '../stack.ts';
import { versionsIn } from '../version.ts';

describe('parseRequest', () => {
  const names = ['drift', 'silence'];

  test('takes a proof and its bounds', () => {
    expect(parseRequest(['drift', '--minutes', '1.5', '--seed', '7', '--mutants'], names)).toEqual({
      command: 'prove',
      name: 'drift',
      minutes: 1.5,
      seed: 7,
      mutants: true,
    });
    expect(parseRequest(['silence'], names)).toMatchObject({ name: 'silence', mutants: false });
    expect(parseRequest(['--list'], names)).toEqual({ command: 'list' });
  });

  test.each([
    [[], /one NAME/],
    [['drift', 'silence'], /one NAME/],
    [['nothing'], /there is no proof nothing: drift, silence/],
    [['drift', '--minutes', '0'], /above 0/],
    [['drift', '--seed', '1.5'], /whole/],
    [['drift', '--seed', 'x'], /above 0/],
    [['drift', '--fast'], /fast/],
  ])('refuses %j', (args, message) => {
    expect(() => parseRequest(args, names)).toThrow(message);
  });
});

describe('judge', () => {
  const proof = { name: 'p', minimum: 10 };
  const good: Outcome = { done: 10, of: 20, failures: [], figures: { a: 1 } };

  test('has the members that callers read, in one line', () => {
    expect(JSON.stringify(judge(proof, 7, good))).toBe(
      '{"proof":"p","ok":true,"seed":7,"sampled":{"done":10,"of":20},"figures":{"a":1},"mutants":{"caught":0,"of":0}}',
    );
  });

  test('is not ok with a failure, with too few samples or with a bug that got away', () => {
    expect(judge(proof, 7, { ...good, failures: ['x'] }).ok).toBe(false);
    expect(judge(proof, 7, { ...good, done: 9 }).ok).toBe(false);
    expect(judge(proof, 7, good, { caught: 1, of: 2 }).ok).toBe(false);
    expect(judge(proof, 7, good, { caught: 2, of: 2 }).ok).toBe(true);
  });
});

test('proofs have names of their own and one sentence each', () => {
  const names = proofs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, sentence, minimum } of proofs) {
    expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
    expect(sentence).toMatch(/^[A-Za-z].*\.$/);
    expect(minimum).toBeGreaterThan(0);
  }
});

describe('judgeRefusal', () => {
  const example = { file: 'x.yaml', path: 'spec.version' };

  test('wants the path that the file announces', () => {
    expect(judgeRefusal(example, { status: 422, fields: ['spec.version'], message: '' })).toBeUndefined();
    expect(judgeRefusal(example, { status: 422, fields: ['spec.topology'], message: '' })).toMatch(
      /instead of/,
    );
    expect(judgeRefusal(example, { status: 403, fields: [], message: 'forbidden' })).toMatch(/forbidden/);
    expect(judgeRefusal(example)).toMatch(/accepted/);
  });

  test('takes the message where the API server gives no list of causes', () => {
    const message = 'strict decoding error: unknown field "spec.version"';
    expect(judgeRefusal(example, { status: 400, fields: [], message })).toBeUndefined();
  });
});

describe('stack status', () => {
  const stack = (observedGeneration: number, status: string) => ({
    apiVersion: 'ecommercestack.dev/v1alpha1',
    kind: 'EcommerceStack',
    metadata: { name: 'shop', generation: 2 },
    status: { observedGeneration, conditions: [{ type: 'Ready', status, reason: 'x', message: '' }] },
  });

  test('is read only while it speaks of the present generation', () => {
    expect(isReady(stack(2, 'True'))).toBe(true);
    expect(isReady(stack(1, 'True'))).toBe(false);
    expect(isReady(stack(2, 'False'))).toBe(false);
    expect(isReady(undefined)).toBe(false);
    expect(conditionOf(stack(2, 'False'), 'Stalled')).toBeUndefined();
  });
});

test('versionsIn names each version once', () => {
  const spec = { version: 'v1.2.3', services: [{ name: 'user', version: 'v2.0.0' }, { name: 'cart' }] };
  expect(versionsIn({ spec })).toEqual(['v1.2.3', 'v2.0.0']);
});
