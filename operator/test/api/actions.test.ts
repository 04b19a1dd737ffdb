import { describe, expect, it } from 'vitest';
import { actionSchema, rolloutActionCrd } from '../../src/api/crd.ts';
import { actionRules } from '../../src/api/rules/action.ts';
import { rules } from '../../src/api/rules.ts';
import { actionProblems } from '../../src/api/validate.ts';
import { actionExamples, invalidActions } from './examples.ts';

describe('valid actions', () => {
  it.each(actionExamples.map(({ file, documents }) => [file, documents] as const))(
    '%s is accepted',
    (_, documents) => {
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) {
        // generateName is the API server's business.
        const named = { ...Object(document), metadata: { name: 'x' } };
        expect(actionProblems(named)).toEqual([]);
      }
    },
  );
});

describe('invalid actions', () => {
  it.each(invalidActions.map((example) => [example.file, example] as const))(
    '%s is refused at its one broken place',
    (_, { documents, refusedAt, fragment }) => {
      const problems = documents.flatMap(actionProblems);
      expect(problems.map((problem) => problem.path)).toEqual([refusedAt]);
      const broken = actionRules.filter((rule) => rule.code === problems[0]?.code);
      if (broken.length > 0) expect(problems[0]?.message).toContain(fragment);
    },
  );

  it('break every rule at least once', () => {
    const broken = new Set(
      invalidActions.flatMap(({ documents }) => documents.flatMap(actionProblems)).map(({ code }) => code),
    );
    const breakable = actionRules.filter((rule) => rule.overChange !== true).map((rule) => rule.code);
    expect(breakable.filter((code) => !broken.has(code))).toEqual([]);
  });
});

describe('rules of actions', () => {
  it('have codes of their own', () => {
    const taken = new Set<string>(rules.map(({ code }) => code));
    for (const { code } of actionRules) {
      expect(code).toMatch(/^ECS09[0-9]{2}$/);
      expect(taken.has(code)).toBe(false);
    }
  });

  it('allow no change of a stored action', () => {
    const frozen = actionRules.find(({ overChange }) => overChange);
    const [spec] = actionExamples.flatMap(({ documents }) =>
      documents.map((document) => Object(document).spec),
    );
    expect(frozen?.holds(spec, structuredClone(spec))).toBe(true);
    expect(frozen?.holds({ ...spec, reason: 'another' }, spec)).toBe(false);
    expect(frozen?.cel).toBe('self == oldSelf');
  });
});

describe('the CRD of actions', () => {
  it('has the names, the columns and the subresource of the contract', () => {
    expect(rolloutActionCrd()).toMatchObject({
      metadata: { name: 'rolloutactions.ecommercestack.dev' },
      spec: {
        scope: 'Namespaced',
        names: { plural: 'rolloutactions', singular: 'rolloutaction', shortNames: ['roact'] },
        versions: [{ subresources: { status: {} } }],
      },
    });
  });

  it('has every field of the contract', () => {
    const { spec, status } = actionSchema().properties ?? {};
    expect(Object.keys(spec?.properties ?? {})).toEqual(
      expect.arrayContaining([
        ...['stackUID', 'target', 'action', 'weight', 'rolloutID', 'expectedStep', 'expiresAfter'],
        ...['reason', 'requestedBy', 'onBehalfOf'],
      ]),
    );
    expect(Object.keys(status?.properties ?? {}).toSorted()).toEqual(
      ['appliedAt', 'conditions', 'message', 'observedGeneration', 'result'].toSorted(),
    );
    expect(spec?.required).toEqual(['stackUID', 'target', 'action', 'reason', 'requestedBy']);
  });
});
