import { expect, test } from 'vitest';
import { differences } from '../inventory.ts';

const before = { mounts: ['/', '/proc'], interfaces: ['lo', 'eth0'] };

test('the same things in another order are no difference', () => {
  expect(differences(before, { interfaces: ['eth0', 'lo'], mounts: ['/proc', '/'] })).toEqual([]);
});

test('names what was left behind and what is missing', () => {
  expect(differences(before, { mounts: ['/', '/proc', '/x'], interfaces: ['lo'] })).toEqual([
    'interfaces: eth0 is missing',
    'mounts: /x was left behind',
  ]);
});

test('counts: one more mount of the same place is a difference', () => {
  expect(differences(before, { ...before, mounts: ['/', '/proc', '/proc', '/proc'] })).toEqual([
    'mounts: /proc was left behind (2 times)',
  ]);
});

test('a sort of things that only one inventory knows is compared too', () => {
  expect(differences({}, { cgroups: ['ours'] })).toEqual(['cgroups: ours was left behind']);
});
