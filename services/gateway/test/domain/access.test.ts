import { describe, expect, test } from 'vitest';
import { decideAccess } from '../../src/domain/access.ts';
import { anonymous, type Caller } from '../../src/domain/caller.ts';
import { parsePolicy } from '../../src/policy/policy.ts';

const rules = [
  {
    name: 'no-tor',
    effect: 'Deny',
    paths: ['/**'],
    when: [{ attribute: 'request.country', values: ['T1'], is: 'OneOf' }],
  },
  { name: 'catalogue', methods: ['GET'], paths: ['/products', '/products/**'] },
  {
    name: 'own-orders',
    callers: ['subject'],
    paths: ['/orders/of/{owner}'],
    when: [{ attribute: 'path.owner', to: 'caller.id' }],
  },
  {
    name: 'not-my-review',
    roles: ['customer'],
    methods: ['POST'],
    paths: ['/reviews/{author}'],
    when: [{ attribute: 'path.author', is: 'NotEqual', to: 'caller.id' }],
  },
  { name: 'partners', callers: ['key'], scopes: ['stock:read', 'stock:list'], paths: ['/inventory/**'] },
  { name: 'staff', roles: ['admin', 'support'], paths: ['/**'] },
];
const policyOf = (section: object) => parsePolicy(JSON.stringify({ authorization: section }));
const ann: Caller = { kind: 'subject', id: 'ann', roles: ['customer'], scopes: [], tier: 'free' };
const admin: Caller = { ...ann, id: 'root', roles: ['admin'] };
const partner: Caller = { kind: 'key', id: 'p', roles: [], scopes: ['stock:read', 'stock:list'] };

describe('rights', () => {
  test.each([
    ['anybody reads the catalogue', anonymous('1.1.1.1'), 'GET', '/products/1', 'catalogue'],
    ['and its root, with or without a slash', anonymous('1.1.1.1'), 'GET', '/products/', 'catalogue'],
    ['nobody writes it', ann, 'POST', '/products', undefined],
    ['her own orders', ann, 'GET', '/orders/of/ann', 'own-orders'],
    ["not another's", ann, 'GET', '/orders/of/bob', undefined],
    ['not below them', ann, 'GET', '/orders/of/ann/x', undefined],
    ['an address owns nothing', anonymous('ann'), 'GET', '/orders/of/ann', undefined],
    ["a review of another's", ann, 'POST', '/reviews/bob', 'not-my-review'],
    ['not of her own', ann, 'POST', '/reviews/ann', undefined],
    ['a partner with all scopes', partner, 'GET', '/inventory/1', 'partners'],
    ['not with one of them', { ...partner, scopes: ['stock:read'] }, 'GET', '/inventory/1', undefined],
    [
      'not a person with them',
      { ...ann, scopes: ['stock:read', 'stock:list'] },
      'GET',
      '/inventory/1',
      undefined,
    ],
    ['staff everywhere', admin, 'DELETE', '/users/1', 'staff'],
  ] as const)('%s', (_, caller, method, path, rule) => {
    const { authorization } = policyOf({ rules });
    const decision = decideAccess(authorization?.rules ?? [], caller, { method, path, address: '1.1.1.1' });
    expect(decision).toEqual(rule === undefined ? { allowed: false } : { allowed: true, rule });
  });

  test('the first rule that fits decides', () => {
    const { authorization } = policyOf({ rules });
    const request = { method: 'GET', path: '/products', address: '1.1.1.1', country: 'T1' };
    expect(decideAccess(authorization?.rules ?? [], admin, request)).toEqual({
      allowed: false,
      rule: 'no-tor',
    });
  });
});

describe('a policy of rights is refused at load', () => {
  test.each([
    [
      'an unknown attribute',
      { rules: [{ name: 'a', paths: ['/x'], when: [{ attribute: 'caller.password', values: ['x'] }] }] },
      'caller.id',
    ],
    [
      'a name that the path lacks',
      { rules: [{ name: 'a', paths: ['/x'], when: [{ attribute: 'path.owner', to: 'caller.id' }] }] },
      'path.owner',
    ],
    [
      'two rules of one name',
      {
        rules: [
          { name: 'a', paths: ['/x'] },
          { name: 'a', paths: ['/y'] },
        ],
      },
      'one name',
    ],
    [
      'a condition with two sides',
      {
        rules: [
          { name: 'a', paths: ['/x'], when: [{ attribute: 'caller.id', to: 'caller.tier', values: ['x'] }] },
        ],
      },
      'either',
    ],
    ['stars in the middle', { rules: [{ name: 'a', paths: ['/**/x'] }] }, 'path'],
    ['no rule at all', { rules: [] }, 'rules'],
    [
      'an example with another answer',
      {
        rules,
        examples: [
          {
            name: 'bob reads',
            caller: { kind: 'subject', id: 'bob' },
            path: '/orders/of/ann',
            expect: 'Allow',
          },
        ],
      },
      'bob reads',
    ],
  ])('%s', (_, section, reason) => {
    expect(() => policyOf(section)).toThrow(reason);
  });

  test('its examples are its unit tests', () => {
    const examples = [
      { name: 'ann reads', caller: { kind: 'subject', id: 'ann' }, path: '/orders/of/ann', expect: 'Allow' },
      {
        name: 'bob does not',
        caller: { kind: 'subject', id: 'bob' },
        path: '/orders/of/ann',
        expect: 'Deny',
      },
    ];
    expect(policyOf({ rules, examples }).authorization?.rules).toHaveLength(rules.length);
  });
});
