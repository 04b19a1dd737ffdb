import { describe, expect, it } from 'vitest';
import { rules } from '../../src/api/rules.ts';
import { validateStack } from '../../src/api/validate.ts';
import { examples, invalidExamples } from './examples.ts';
import { manifest } from './stacks.ts';

const problemsOf = (content: unknown) => {
  const validated = validateStack(content);
  return validated.ok ? [] : validated.problems;
};

describe('valid examples', () => {
  it.each(examples.map(({ file, documents }) => [file, documents] as const))(
    '%s is accepted',
    (_, documents) => {
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) expect(problemsOf(document)).toEqual([]);
    },
  );
});

describe('invalid examples', () => {
  it('are at least forty', () => {
    expect(invalidExamples.length).toBeGreaterThanOrEqual(40);
  });

  it.each(invalidExamples.map((example) => [example.file, example] as const))(
    '%s is refused at its one broken place',
    (_, { documents, refusedAt, fragment }) => {
      const problems = documents.flatMap(problemsOf);
      expect(problems.map((problem) => problem.path)).toEqual([refusedAt]);
      const broken = rules.filter((rule) => rule.code === problems[0]?.code);
      if (broken.length > 0) expect(problems[0]?.message).toContain(fragment);
    },
  );

  it('break every rule at least once', () => {
    const broken = new Set(
      invalidExamples.flatMap(({ documents }) => documents.flatMap(problemsOf)).map((p) => p.code),
    );
    const breakable = rules.filter((rule) => rule.overChange !== true);
    expect(breakable.map((rule) => rule.code).filter((code) => !broken.has(code))).toEqual([]);
  });
});

describe('validateStack', () => {
  it('fills in the constant defaults', () => {
    const validated = validateStack(manifest());
    expect(validated.ok && validated.stack.spec).toMatchObject({
      blueprint: 'v1',
      profile: 'Dev',
      mesh: { type: 'Istio', mtls: { mode: 'Strict' } },
      data: { postgres: { mode: 'Embedded' } },
    });
  });

  it('names every problem of a stack, not only the first', () => {
    const paths = problemsOf(manifest({ profile: 'Staging', topology: 'Serverless' })).map((p) => p.path);
    expect(paths).toEqual(['spec.profile', 'spec.topology']);
  });

  it('refuses other kinds', () => {
    expect(problemsOf({ apiVersion: 'v1', kind: 'ConfigMap' })).toMatchObject([{ code: 'ECS0003' }]);
    expect(problemsOf('text')).toMatchObject([{ code: 'ECS0003' }]);
  });

  it('refuses unknown fields inside lists and leaves metadata alone', () => {
    const content = { ...manifest({ services: [{ name: 'cart', replica: 2 }] }) };
    expect(problemsOf(content)).toMatchObject([{ path: 'spec.services[0].replica', code: 'ECS0002' }]);
    expect(problemsOf({ ...manifest(), metadata: { name: 'shop', labels: { team: 'a' } } })).toEqual([]);
  });

  it('takes a member that is null for one left out, and a null in a list for a wrong value', () => {
    expect(problemsOf(manifest({ profile: null, services: [{ name: 'cart', env: null }] }))).toEqual([]);
    expect(problemsOf(manifest({ servces: null }))).toMatchObject([
      { path: 'spec.servces', code: 'ECS0002' },
    ]);
    expect(problemsOf(manifest({ services: [null] }))).toMatchObject([{ path: 'spec.services[0]' }]);
  });

  it('gives every rule a code of its own message and a place', () => {
    for (const rule of rules) {
      expect(rule.code).toMatch(/^ECS0[1-8][0-9]{2}$/);
      expect(rule.message.length).toBeGreaterThan(20);
      expect(rule.at.length).toBeGreaterThan(0);
    }
  });
});
