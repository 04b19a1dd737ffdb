import type { Mutant } from '../mutants/mutant.ts';

const gateway = 'services/gateway/src';

/** Holes that `gauntlet` has to find. */
export const mutants: readonly Mutant[] = [
  {
    name: 'any-audience',
    sentence: 'Tokens for another audience are accepted.',
    module: `${gateway}/identity/tokens.ts`,
    find: 'audience: [...rules.audiences],',
    replace: '',
  },
  {
    name: 'nested-token',
    sentence: 'A token that holds another one is accepted.',
    module: `${gateway}/identity/tokens.ts`,
    find: 'if (cty !== undefined)',
    replace: 'if (cty === "never")',
  },
  {
    name: 'header-in-subject',
    sentence: 'A subject may hold what ends a header.',
    module: `${gateway}/identity/tokens.ts`,
    find: '!read.success || !plainName.test(read.data.sub)',
    replace: '!read.success',
  },
  {
    name: 'leftmost-address',
    sentence: 'The client is who the first entry of X-Forwarded-For says.',
    module: `${gateway}/headers.ts`,
    find: 'Math.max(0, chain.length - 1 - trustedHops)',
    replace: '0',
  },
  {
    name: 'whole-address',
    sentence: 'Each IPv6 address has limits of its own.',
    module: `${gateway}/domain/caller.ts`,
    find: "if (!address.includes(':')) return address;",
    replace: 'if (address !== "") return address;',
  },
  {
    name: 'answers-cut-in',
    sentence: 'What is no request is answered before the requests that came before it.',
    module: 'packages/service-kit/src/http/server.ts',
    find: 'pending.afterWhole(socket, () => {',
    replace: '[1].forEach(() => {',
  },
];
