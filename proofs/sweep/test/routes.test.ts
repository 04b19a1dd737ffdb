import { expect, test } from 'vitest';
import type { AuditEvent } from '../../audit.ts';
import { astray } from '../routes.ts';

const event = (resource: string, changes: Partial<AuditEvent>): AuditEvent => ({
  ...{ stage: 'ResponseComplete', verb: 'patch', code: 200, user: 'admin', subresource: '', name: 'user' },
  ...{
    userAgent: 'ecommercestack-operator',
    namespace: 'a',
    group: 'networking.istio.io',
    time: '',
    uri: '',
  },
  resource,
  ...changes,
});
const rule = (...names: readonly string[]) =>
  event('destinationrules', { route: { host: 'user.a.svc', subsets: names.map((name) => ({ name })) } });
const route = (...names: readonly string[]) =>
  event('virtualservices', {
    route: {
      hosts: ['user.a.svc'],
      http: [{ route: names.map((subset) => ({ destination: { host: 'user.a.svc', subset }, weight: 50 })) }],
    },
  });
const removed = (resource: string) => event(resource, { verb: 'delete' });
const lost = (act: string) => [`after ${act}/user a route names new of user.a.svc, which is missing`];

test('subset before weight, weight before removal', () => {
  const removal = [removed('virtualservices'), removed('destinationrules')];
  expect(astray([rule('old'), route('old'), rule('old', 'new'), route('old', 'new'), ...removal])).toEqual(
    [],
  );
});

test('a weight that comes before its subset is told', () => {
  expect(astray([rule('old'), route('old', 'new')])).toEqual(lost('patch virtualservices'));
  expect(astray([route('new')])).toEqual(lost('patch virtualservices'));
});

test('a subset that goes before its weight is told', () => {
  const whole = [rule('old', 'new'), route('old', 'new')];
  expect(astray([...whole, rule('old')])).toEqual(lost('patch destinationrules'));
  expect(astray([rule('new'), route('new'), removed('destinationrules')])).toEqual(
    lost('delete destinationrules'),
  );
});

test('what was refused or goes to a host without a subset is nothing', () => {
  expect(astray([{ ...route('new'), code: 409 }])).toEqual([]);
  expect(
    astray([event('virtualservices', { route: { http: [{ route: [{ destination: { host: 'x' } }] }] } })]),
  ).toEqual([]);
});
