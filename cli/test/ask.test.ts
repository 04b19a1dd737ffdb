import { describe, expect, it } from 'vitest';
import { actionProblems } from '../../operator/src/api/validate.ts';
import { parseRequest } from '../src/arguments.ts';
import { toAction } from '../src/ask.ts';
import { Refusal } from '../src/exit.ts';
import type { StackSeen } from '../src/seen.ts';
import { aPicture } from './pictures.ts';

const { stack } = aPicture();

function ask(line: string, of: StackSeen = stack): Record<string, unknown> {
  const request = parseRequest(line.split(' '));
  if ('help' in request) throw new Error('help was asked for');
  const action = toAction(request, of, 'jane');
  expect(actionProblems(action)).toEqual([]);
  return { ...Object(action.spec), owners: action.metadata.ownerReferences };
}

const codeOf = (line: string, of?: StackSeen): number | undefined => {
  try {
    ask(line, of);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

describe('the action of a command', () => {
  it('names stack, rollout, step and author, and belongs to the stack', () => {
    expect(ask('promote shop user --reason fine')).toMatchObject({
      ...{ action: 'Promote', target: { type: 'Service', name: 'user' }, stackUID: stack.metadata.uid },
      ...{
        rolloutID: 'cccccccccc-1',
        expectedStep: 0,
        reason: 'fine',
        requestedBy: 'jane',
        expiresAfter: '5m',
      },
      owners: [{ kind: 'EcommerceStack', name: 'shop', uid: stack.metadata.uid }],
    });
  });

  it.each([
    ['promote shop user --full', { action: 'PromoteFully' }],
    ['set-weight shop user 25', { action: 'SetWeight', weight: 25 }],
    ['set-weight shop user 25%', { action: 'SetWeight', weight: 25 }],
    ['undo shop user --to-revision aaaa', { action: 'Undo', revision: 'aaaa' }],
    ['promote shop user --override-freeze', { overrideFreeze: true }],
    ['promote shop user --on-behalf-of joe --expires-after 1m', { onBehalfOf: 'joe', expiresAfter: '1m' }],
    ['promote shop user --rollout-id other-2 --expected-step 3', { rolloutID: 'other-2', expectedStep: 3 }],
    ['retry shop user', { action: 'Retry', rolloutID: 'cccccccccc-1' }],
  ])('%s is what it says', (line, spec) => {
    expect(ask(line)).toMatchObject(spec);
  });

  it('is never late for its step where it makes a rollout safe', () => {
    for (const verb of ['abort', 'pause', 'undo', 'resume']) {
      expect(ask(`${verb} shop user`)).not.toHaveProperty('expectedStep');
    }
  });

  it('is asked of a release group through a member that is under way', () => {
    const groups = [{ name: 'checkout', stages: [{ services: ['cart'] }, { services: ['user'] }] }];
    const released = { ...stack, spec: { ...stack.spec, release: { groups } } };
    expect(ask('promote shop checkout --release', released)).toMatchObject({
      ...{ target: { type: 'Release', name: 'checkout' }, rolloutID: 'cccccccccc-1' },
    });
    expect(codeOf('promote shop other --release', released)).toBe(3);
  });

  it.each([
    ['promote shop nobody', 3],
    ['promote shop cart', 1],
    ['set-weight shop user 101', 64],
    ['set-weight shop user many', 64],
    ['promote shop user --expected-step -1', 64],
  ])('%s is refused with %i before anything is created', (line, code) => {
    expect(codeOf(line.replace('--expected-step -1', '--expected-step=-1'))).toBe(code);
  });

  it('to abort is made even where nothing is known to be under way', () => {
    expect(ask('abort shop cart')).not.toHaveProperty('rolloutID');
    expect(ask('abort shop user', { ...stack, status: undefined })).toMatchObject({ action: 'Abort' });
  });
});
