import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideRestart, type RestartWish } from '../../src/rollout/restart.ts';

const wish = { onSecretChange: 'Restart', reads: ['db'], ...having({ db: '7' }) } as const;
const seen = { secrets: [{ name: 'db', version: '7' }] };

function having(versions: Readonly<Record<string, string>>): Pick<RestartWish, 'secret'> {
  return { secret: (name) => ({ version: versions[name] }) };
}

describe('decideRestart', () => {
  test('what is seen for the first time restarts nothing', () => {
    expect(decideRestart(wish, {})).toEqual(seen);
  });

  test('another version restarts, once', () => {
    const after = decideRestart({ ...wish, ...having({ db: '9' }) }, seen);
    expect(after).toEqual({ secrets: [{ name: 'db', version: '9' }], restart: '9' });
    expect(decideRestart({ ...wish, ...having({ db: '9' }) }, after)).toEqual(after);
  });

  test('a Secret that goes restarts nothing; its successor does', () => {
    const gone = decideRestart({ ...wish, ...having({}) }, seen);
    expect(gone).toEqual(seen);
    expect(decideRestart({ ...wish, ...having({ db: '9' }) }, gone).restart).toBe('9');
  });

  test('Ignore follows the version without a restart, and so does its way back to Restart', () => {
    const ignored = decideRestart({ ...wish, onSecretChange: 'Ignore', ...having({ db: '9' }) }, seen);
    expect(ignored).toEqual({ secrets: [{ name: 'db', version: '9' }] });
    expect(decideRestart({ ...wish, ...having({ db: '9' }) }, ignored).restart).toBeUndefined();
  });

  test('a Secret that is read anew restarts nothing beside the rollout that reads it', () => {
    const more = { ...wish, reads: ['db', 'mail'], ...having({ db: '7', mail: '8' }) };
    expect(decideRestart(more, seen).restart).toBeUndefined();
  });

  test('where Secrets may not be seen, what was decided stays', () => {
    const before = { ...seen, restart: '5' };
    const blind = { ...wish, secret: () => undefined };
    expect(decideRestart(blind, before)).toEqual({ ...before, unseen: ['db'] });
    expect(decideRestart({ ...blind, onSecretChange: 'Ignore' }, before)).toEqual(before);
  });

  test('pods that read none are as if they never had', () => {
    expect(decideRestart({ ...wish, reads: [] }, { ...seen, restart: '7' })).toEqual({});
  });

  test('any history of versions gives one restart a change, whatever was missed between two looks', () => {
    const looks = fc.array(fc.constantFrom('1', '2', '3', undefined), { maxLength: 12 });
    fc.assert(
      fc.property(looks, (versions) => {
        let memory = {};
        let restarts = 0;
        let last: string | undefined;
        let expected = 0;
        for (const version of versions) {
          const after = decideRestart(
            { ...wish, ...having(version === undefined ? {} : { db: version }) },
            memory,
          );
          if (after.restart !== decideRestart({ ...wish, secret: () => undefined }, memory).restart)
            restarts += 1;
          if (version !== undefined) {
            if (last !== undefined && last !== version) expected += 1;
            last = version;
          }
          memory = after;
        }
        expect(restarts).toBe(expected);
      }),
    );
  });
});
