import { describe, expect, test } from 'vitest';
import { rules } from '../../operator/src/api/rules.ts';
import { validateStack, valuesAt } from '../../operator/src/api/validate.ts';
import { describeSample, judgePaths, planSamples, refusedPaths } from '../generated-stacks/admission.ts';
import { drawBroken, flaws, nameOf } from '../generated-stacks/broken.ts';
import { cries } from '../generated-stacks/converge.ts';
import { draw } from '../generated-stacks/draw.ts';
import { valueAt } from '../generated-stacks/json.ts';
import { drawPair, leavesOf, makesADifference, unknownLeaves } from '../generated-stacks/leaves.ts';
import { modest } from '../generated-stacks/modest.ts';
import { beyondLimits, objectsOf } from '../generated-stacks/objects.ts';
import { drawChange } from '../generated-stacks/pairs.ts';
import { drawMatch } from '../generated-stacks/pattern.ts';
import { repairs } from '../generated-stacks/repair.ts';
import { mayFollow } from '../generated-stacks/rules.ts';
import { nodesBelow, stackSchema, withDefaults } from '../generated-stacks/schema.ts';
import { drawStack, type Stratum, strata } from '../generated-stacks/stack.ts';
import { spelt } from '../generated-stacks/wire.ts';
import { comparable, differences } from '../generated-stacks/world.ts';
import { randomFrom } from '../random.ts';

const schema = stackSchema();
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const problemsOf = (stack: unknown): string[] => {
  const judged = validateStack(plain(stack));
  return judged.ok ? [] : [...new Set(judged.problems.map(({ path }) => path))];
};

describe('drawMatch', () => {
  const patterns = new Map(
    nodesBelow(schema, '').flatMap(({ node: { pattern, maxLength } }) =>
      pattern === undefined ? [] : [[pattern, maxLength ?? 64] as const],
    ),
  );

  test.each([...patterns])('%s', (pattern, limit) => {
    const random = randomFrom(1);
    for (let sample = 0; sample < 30; sample++) {
      const text = drawMatch(pattern, limit, random, sample % 6 === 0);
      expect(text).toMatch(new RegExp(pattern, 'u'));
      expect(text.length).toBeLessThanOrEqual(limit);
    }
  });

  test('fills the room where it is asked to', () => {
    expect(drawMatch('^[a-z]([-a-z]*[a-z])?$', 40, randomFrom(2), true)).toHaveLength(40);
  });

  test.each(['^\\d+$', '^a.b$', '^[^a]$', '^(a$', '^a(?!b)$'])(
    'says that it does not understand %s',
    (pattern) => {
      expect(() => drawMatch(pattern, 10, randomFrom(1))).toThrow(/not understood/);
    },
  );
});

describe('draw', () => {
  test('reaches both ends of a range, zero with a sign, and the largest list', () => {
    const random = randomFrom(3);
    const seen = Array.from({ length: 300 }, () =>
      draw({ type: 'integer', minimum: 0, maximum: 70_000 }, random, strata.usual),
    );
    expect(seen).toContain(70_000);
    expect(seen.some((value) => Object.is(value, -0))).toBe(true);
    const list = { type: 'array', maxItems: 5, items: { type: 'boolean' } } as const;
    expect(draw(list, random, { fill: 1, extreme: 1 })).toHaveLength(5);
  });

  test('leaves out what may be left out, or says null', () => {
    const node = { type: 'object', properties: { a: { type: 'boolean' } } } as const;
    const random = randomFrom(5);
    const seen = Array.from({ length: 1000 }, () => JSON.stringify(draw(node, random, strata.usual)));
    expect(new Set(seen)).toEqual(new Set(['{}', '{"a":true}', '{"a":false}', '{"a":null}']));
  });
});

describe('drawStack', () => {
  // What Object.keys says of the table is what the table has.
  const names = Object.keys(strata) as Stratum[];

  test.each(names)('%s stacks are valid, and rendered within the limits of an API server', (name) => {
    for (let seed = 1; seed <= (name === 'huge' ? 1 : 3); seed++) {
      const stack = drawStack(schema, seed, strata[name]);
      expect(problemsOf(stack), `seed ${seed}`).toEqual([]);
      expect(beyondLimits(objectsOf(plain(stack))), `seed ${seed}`).toEqual([]);
    }
  });

  test('gives the same stack for the same seed', () => {
    expect(drawStack(schema, 7, strata.dense)).toEqual(drawStack(schema, 7, strata.dense));
    expect(drawStack(schema, 7, strata.dense)).not.toEqual(drawStack(schema, 8, strata.dense));
  });
});

test('withDefaults fills in what the operator fills in', () => {
  for (const seed of [1, 2, 3]) {
    const stack = drawStack(schema, seed, strata.usual);
    const judged = validateStack(plain(stack));
    expect(judged.ok && judged.stack.spec).toEqual(valueAt(plain(withDefaults(schema, stack)), ['spec']));
  }
});

describe('drawBroken', () => {
  test('knows how to mend each rule', () => {
    const codes = rules.filter((rule) => rule.overChange !== true).map(({ code }) => code);
    expect(codes.filter((code) => repairs[code] === undefined)).toEqual([]);
  });

  // Each rule at one of its places; the proof takes all of them, so that these tests stay within their minute.
  const codeOf = (flaw: (typeof flaws)[number]) => nameOf(flaw).split(' at ')[0];
  const once = [...Map.groupBy(flaws, codeOf).values()].flatMap((same) => same.slice(0, 1));

  test.each(once.map((flaw) => [nameOf(flaw), flaw] as const))(
    'reaches %s, and nothing else is wrong',
    (_, flaw) => {
      const { stack, path } = drawBroken(schema, 1, flaw);
      expect(problemsOf(stack)).toEqual([path]);
    },
  );
});

describe('judgePaths', () => {
  test('wants exactly the one path', () => {
    expect(judgePaths('it', ['spec.a', 'spec.a'], 'spec.a')).toEqual([]);
    expect(judgePaths('it', [], 'spec.a')).toEqual(['it accepts it although spec.a is broken']);
    expect(judgePaths('it', ['spec.b', 'spec.a'], 'spec.a')).toEqual([
      'it names spec.b, spec.a instead of spec.a',
    ]);
  });

  test('are taken from the causes, or from what strict decoding says', () => {
    const invalid = { status: 422, fields: ['spec.a', '<nil>'], message: 'x' };
    expect(refusedPaths(invalid)).toEqual(['spec.a']);
    const strict = { status: 400, fields: [], message: 'strict decoding error: unknown field "spec.x"' };
    expect(refusedPaths(strict)).toEqual(['spec.x']);
    expect(refusedPaths({ status: 403, fields: [], message: 'no' })).toEqual(['no field (403: no)']);
  });
});

describe('planSamples', () => {
  const samples = planSamples(randomFrom(9), 1000);

  test('are half valid and half broken, and every flaw has its turn', () => {
    const broken = samples.flatMap((sample) => ('flaw' in sample ? [nameOf(sample.flaw)] : []));
    expect(broken).toHaveLength(500);
    expect(new Set(broken).size).toBe(flaws.length);
  });

  test('are the same for the same seed', () => {
    expect(planSamples(randomFrom(9), 1000).map(describeSample)).toEqual(samples.map(describeSample));
  });
});

test('a zero with a sign goes over the wire as one', () => {
  expect(JSON.stringify(spelt({ a: [-0, 0, { b: -0 }], c: null, d: 'x' }))).toBe(
    '{"a":[-0,0,{"b":-0}],"c":null,"d":"x"}',
  );
});

test('cries hears errors in a log and nothing else', () => {
  const log = '{"level":30,"msg":"fine"}\n{"level":50,"msg":"broken"}\nTypeError: x is not a function\n';
  expect(cries(log)).toHaveLength(2);
});

test('modest keeps a stack valid, and small', () => {
  for (const seed of [1, 2, 3]) {
    const stack = modest(drawStack(schema, seed, strata.dense), randomFrom(seed));
    expect(problemsOf(stack)).toEqual([]);
    const pods = valuesAt(stack, ['spec', 'services', '[]', 'replicas'], '').map(({ value }) => value);
    expect(Math.max(0, ...pods.map(Number))).toBeLessThanOrEqual(2);
  }
});

describe('leaves', () => {
  test('that are called behavioural exist', () => {
    expect(unknownLeaves(schema)).toEqual([]);
  });

  test.each(['spec.version', 'spec.services[].env[].value', 'spec.services[].rollout.canary.weight'])(
    '%s changes a child',
    (path) => {
      const leaf = leavesOf(schema).find((located) => located.path === path);
      if (leaf === undefined) throw new Error(`no leaf ${path}`);
      const pairs = Array.from({ length: 8 }, (_, seed) => drawPair(schema, leaf, seed + 1));
      expect(pairs.some((pair) => pair !== undefined && makesADifference(pair))).toBe(true);
    },
  );

  test('a leaf that nobody reads makes no difference', () => {
    const stack = drawStack(schema, 1, strata.sparse);
    expect(makesADifference({ leaf: 'spec.none', before: stack, after: structuredClone(stack) })).toBe(false);
  });
});

test('drawChange keeps what a stack may not change, there and back', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { before, after } = drawChange(schema, seed);
    expect(problemsOf(before)).toEqual([]);
    expect(problemsOf(after)).toEqual([]);
    expect(mayFollow(schema, before, after)).toBe(true);
    expect(mayFollow(schema, after, before)).toBe(true);
  }
});

test('mayFollow sees a volume that would change', () => {
  const stack = (size: string) => ({ spec: { data: { redis: { embedded: { storage: { size } } } } } });
  expect(mayFollow(schema, stack('1Gi'), stack('1Gi'))).toBe(true);
  expect(mayFollow(schema, stack('1Gi'), stack('2Gi'))).toBe(false);
});

describe('differences', () => {
  const map = (name: string, labels = {}, annotations = {}) =>
    comparable([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'a', labels, annotations },
        data: {},
      },
    ]);

  test('names what is missing, left over or different', () => {
    expect(differences(map('x'), map('x'))).toEqual([]);
    expect(differences(map('x'), map('y'))).toEqual([
      'ConfigMap./a/x is missing',
      'ConfigMap./a/y is there and should not be',
    ]);
    expect(differences(map('x', { a: '1' }), map('x', { a: '2' }))[0]).toMatch(/differs: wanted ….*"1"/);
  });

  test('sets kept revisions and retained objects aside', () => {
    const record = map('x-older', { 'ecommercestack.dev/revision': 'older' });
    const retained = map('x', {}, { 'ecommercestack.dev/deletion-policy': 'Retain' });
    expect(differences(new Map(), record)).toEqual([]);
    expect(differences(new Map(), retained)).toEqual([]);
    expect(differences(record, new Map())).toHaveLength(1);
  });
});
