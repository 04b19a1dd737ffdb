import { reservedVariables } from '../../operator/src/api/rules/container.ts';
import { takenNames } from '../../operator/src/api/rules/service.ts';
import { pathSteps } from '../../operator/src/api/structural.ts';
import { valuesAt } from '../../operator/src/api/validate.ts';
import type { Random } from '../random.ts';
import { type Members, membersOf, put, stepsOf } from './json.ts';
import { listOf } from './repair.ts';
import type { Site } from './rules.ts';

type Spoil = (self: Members, random: Random, root: Members) => void;

const above =
  (name: string, ...pairs: readonly (readonly [number | string, number | string])[]): Spoil =>
  (self, random) => {
    const [request, limit] = random.pick(pairs);
    self['requests'] = { ...Object(self['requests']), [name]: request };
    self['limits'] = { ...Object(self['limits']), [name]: limit };
  };

const addKey =
  (...keys: readonly string[]): Spoil =>
  (self, random) => {
    const given = Object.values(self)[0];
    self[random.pick(keys)] = given ?? 'x';
  };

/** What chance alone hardly ever breaks, by the rule's code. */
const spoils: Readonly<Record<string, Spoil>> = {
  ECS0102: above('cpu', ['1001m', 1], [2, '1.999999999'], ['1k', 999], ['0.001', 0]),
  ECS0103: above('memory', ['1Gi', '1G'], ['1.5Gi', '1535Mi'], [1025, '1Ki'], ['1E', '999P']),
  ECS0114: above('ephemeral-storage', ['1Gi', '1G'], [2, 1], ['1.5Ki', 1535]),
  ECS0113: (self, _random) => {
    if (Array.isArray(self) && self.length > 0 && self.length < 4) self.push(structuredClone(self[0]));
  },
  ECS0105: (self, random) => {
    self['name'] = random.pick(reservedVariables.filter((name) => name !== 'SERVICE'));
  },
  ECS0108: addKey('app', 'version', 'app.kubernetes.io/name', 'ecommercestack.dev/role'),
  ECS0207: (self, random) => {
    self['name'] = random.pick([...takenNames, 'members-only', 'user-service-only']);
  },
  ECS0504: (self, random) => {
    self['size'] = random.pick([0, '0', '0Gi', '0.000', '0m']);
  },
  ECS0311: (self, random) => {
    self['maxSurge'] = random.pick([0, '0%']);
    self['maxUnavailable'] = random.pick([0, '0%']);
  },
  ECS0411: (self, random) => {
    const key = random.pick([
      'nginx.ingress.kubernetes.io/server-snippet',
      'a.example/x-snippet',
      'x/tls-secret',
    ]);
    self['annotations'] = { [key]: 'other/name' };
  },
  ECS0601: (_self, random, root) => {
    membersOf(root['metadata'])['name'] = random.pick(['x'.repeat(41), '1-shop', 'shop.eu']);
  },
  ECS0602: (_self, random, root) => {
    const suffix = random.pick(['postgres', 'mongodb', 'redis', 'search', 'kafka', 'edge', 'deny-all']);
    const { name } = membersOf(root['metadata']);
    const [custom] = listOf(membersOf(root['spec'])['customServices']);
    if (custom !== undefined && String(name).length < 30)
      membersOf(custom)['name'] = `${String(name)}-${suffix}`;
  },
  ECS0604: (self) => {
    self['mesh'] = { type: 'None' };
    self['exposure'] = { type: 'IstioGateway' };
  },
  ECS0701: addKey('-x', 'x/y/z', 'UPPER.example/x', 'x'.repeat(64), 'ö', 'a b'),
  ECS0702: addKey('X-Canary', 'x_canary', 'x canary'),
};

/** Texts that chance hardly ever finds, by the code of a rule that stands at the text itself. */
const wrongTexts: Readonly<Record<string, readonly string[]>> = {
  ECS0413: ['/a//b', '/./a', '/a/../b', '/a/..', '/a%2fb', '/a%2Fb', '/100%', '/%zz'],
  ECS0312: [
    '(',
    'a)',
    '[a',
    '*',
    'a**',
    '(?=b)',
    '(?<!b)c',
    '(a)\\1',
    'a{1001}',
    '(a{50}){50}',
    '\\p{Nowhere}',
    '\\Z',
  ],
  ECS0415: ['10.0.0.1/8', '198.51.100.7/24', '192.0.2.1/31', '2001:db8::1/32', 'fe80::1/10'],
  ECS0414: ['192.0.2.7', '10.0.0.1', '255.255.255.255'],
};

/** Breaks a rule at one of its nodes in the document, in place; does nothing where chance does well enough. */
export function spoil(root: Members, { rule, at }: Site, random: Random): void {
  const nodes = at === '' ? [{ path: '', value: root }] : valuesAt(root, pathSteps(at), '');
  if (nodes.length === 0) return;
  const { path, value } = random.pick(nodes);
  const texts = wrongTexts[rule.code];
  if (texts !== undefined) put(root, stepsOf(path), random.pick(texts));
  else spoils[rule.code]?.(Object(value), random, root);
}
