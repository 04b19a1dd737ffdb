import { expect, test } from 'vitest';
import { isRe2 } from '../../src/api/rules/re2.ts';

// Both lists are as Go's regexp judges them, which is what evaluates the rules of the API server.
const right = [
  ...[
    '',
    'beta-.*',
    '^(a|b)+?$',
    '[a-c].*',
    '[]a]',
    '[^]a-]',
    '[[:alpha:]_]',
    '[a-]',
    '\\d+',
    '\\pL',
    '\\p{Greek}',
  ],
  ...[
    '\\P{^Lu}',
    '(?i)x',
    '(?i-s:x)',
    '(?:x)',
    '(?P<n>x)',
    '(?<n>x)',
    'a(?i)*',
    '\\Qa+b\\E*',
    'a{',
    'a{,3}',
    'a{01}',
  ],
  ...['a{2,3}', 'a{1000}', '(a{10}){100}', '\\x41', '\\x{1F600}', '\\012', '\\_', '\\.', '漢+', '()*', '^*'],
];
const wrong = [
  ...[
    '(',
    ')',
    '[',
    '[a',
    '*',
    '+a',
    'a|*',
    '(*)',
    'a**',
    'a{2}{3}',
    'a{1001}',
    'a{3,2}',
    '(a{20}){60}',
    '\\',
    '\\1',
  ],
  ...[
    '\\8',
    '\\Z',
    '\\C',
    '\\é',
    '\\y',
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<n>a)(?<n>b)',
    '(?P<>a)',
    '(?x)',
    '(?i-)',
    '[b-a]',
  ],
  ...['[[:foo:]]', '[\\b]', '\\p{Zz}', '\\x{110000}', '\\xg', '(?'],
];

test.each(right)('%s is one', (text) => {
  expect(isRe2(text)).toBe(true);
});

test.each(wrong)('%s is none', (text) => {
  expect(isRe2(text)).toBe(false);
});
