import { hash } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { PolicyDocument } from '../policy/document.ts';

export type ApiKeys = { readonly find: (key: string, now: number) => Caller | undefined };

type Entry = { readonly caller: Caller; readonly expiresAt: number };

const form = /^[\x21-\x7e]{16,256}$/;

/** The keys of a policy, looked up by their SHA-256: the keys themselves are long and random, and stored nowhere. */
export function createApiKeys(auth: PolicyDocument['auth']): ApiKeys {
  const keys = new Map<string, Entry>(
    auth.apiKeys === 'Disabled'
      ? []
      : auth.keys.map(({ id, sha256, scopes, roles, tier, expiresAt }) => [
          sha256,
          {
            caller: { kind: 'key', id, scopes, roles, tier },
            expiresAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
          },
        ]),
  );
  return {
    find: (key, now) => {
      if (keys.size === 0 || !form.test(key)) return undefined;
      const entry = keys.get(hash('sha256', key));
      return entry !== undefined && now < entry.expiresAt ? entry.caller : undefined;
    },
  };
}
