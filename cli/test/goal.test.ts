import { describe, expect, it } from 'vitest';
import { parseGoal, progressOf } from '../src/view/goal.ts';
import { stackView } from '../src/view/stack.ts';
import { aPicture, condition, now } from './pictures.ts';

const stateOf = (goal: string, service: string | undefined, picture = aPicture()) =>
  progressOf(parseGoal(goal, service), stackView(picture, now), service).state;

const ended = { canaryRevision: undefined, weight: undefined, desiredWeight: undefined, step: undefined };
const promoted = aPicture({
  service: { ...ended, stableRevision: 'cccccccccc', rollout: undefined, phase: 'Available' },
});
const stalled = aPicture({
  conditions: [
    condition('Ready', 'False', 'Degraded', 'x'),
    condition('Stalled', 'True', 'SecretMissing', 'create it'),
  ],
});

describe('waiting', () => {
  it.each([
    ['ready', undefined, aPicture(), 'Reached'],
    ['ready', undefined, stalled, 'Lost'],
    ['ready', 'cart', aPicture(), 'Reached'],
    ['ready', 'user', aPicture(), 'Ahead'],
    ['ready', 'nobody', aPicture(), 'Unknown'],
    ['promoted', 'user', aPicture(), 'Ahead'],
    ['promoted', 'user', promoted, 'Reached'],
    ['promoted', 'user', aPicture({ attempt: { state: 'Aborted' } }), 'Lost'],
    ['approval', 'user', aPicture(), 'Ahead'],
    ['approval', 'user', aPicture({ service: { step: 1 } }), 'Reached'],
    ['approval', 'user', aPicture({ service: { step: 1, desiredWeight: 50 } }), 'Ahead'],
    ['weight=10', 'user', aPicture(), 'Reached'],
    ['weight=50', 'user', aPicture(), 'Ahead'],
    ['weight=10', 'user', aPicture({ service: { weight: undefined } }), 'Ahead'],
  ] as const)('for %s of %s', (goal, service, picture, state) => {
    expect(stateOf(goal, service, picture)).toBe(state);
  });

  it('goes on while the operator has not seen the specification', () => {
    const picture = aPicture();
    const changed = {
      ...picture,
      stack: { ...picture.stack, metadata: { ...picture.stack.metadata, generation: 2 } },
    };
    expect(stateOf('ready', undefined, changed)).toBe('Ahead');
    expect(stateOf('ready', 'cart', changed)).toBe('Ahead');
  });

  it('refuses goals that nobody knows, or that need a service', () => {
    expect(() => parseGoal('weight=101', 'user')).toThrow(/choose/);
    expect(() => parseGoal('promoted', undefined)).toThrow(/SERVICE/);
  });
});
