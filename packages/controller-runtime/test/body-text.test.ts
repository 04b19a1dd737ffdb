import { expect, test } from 'vitest';
import { bodyText } from '../src/body-text.ts';

const awkward = [
  '\u007f',
  '\u0080',
  '\u0085',
  '\u009f',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\uffff',
  '\u0000',
  '😀',
];

test.each(awkward)('%j arrives as it was', (character) => {
  const value = { text: `a ${character} b`, [character]: 1 };
  expect(JSON.parse(bodyText(value))).toEqual(value);
});

test('holds nothing that a reader of YAML refuses or takes for the end of a line', () => {
  const readable =
    /^[\t\n\r\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
  const all = Array.from({ length: 0x10000 }, (_, code) => code).filter(
    (code) => code < 0xd800 || code > 0xdfff,
  );
  expect(bodyText(all.map((code) => String.fromCharCode(code)).join(''))).toMatch(readable);
});

test('leaves everything else as it is', () => {
  const value = { text: 'äöü 漢字 😀 "quoted" \\ back', list: [1, -2.5, null, true] };
  expect(bodyText(value)).toBe(JSON.stringify(value));
});
