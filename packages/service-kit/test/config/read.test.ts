import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, readConfig } from '../../src/config/read.ts';
import { flag, originUrl, storeUrl, variable, wholeNumber } from '../../src/config/variable.ts';

const declared = {
  DATABASE_URL: storeUrl(['postgresql://'], 'postgresql://u:p@127.0.0.1/x', 'PostgreSQL.'),
  PRODUCT_URL: originUrl('http://product-service', 'Origin of product.'),
  PORT: wholeNumber({ min: 0, max: 65_535 }, 8080, 'Port.'),
  SEED: flag(false, 'Seeds.'),
};
const complete = { DATABASE_URL: 'postgresql://u:secret@db/x', PRODUCT_URL: 'http://product-service' };

function errorOf(environment: Record<string, string>): string {
  try {
    readConfig(declared, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return '';
}

test('reads each variable by its schema and fills defaults', () => {
  const config = readConfig(declared, { ...complete, PORT: '9000', SEED: 'true' });
  expect(config.DATABASE_URL.reveal()).toBe('postgresql://u:secret@db/x');
  expect(config).toMatchObject({ PRODUCT_URL: 'http://product-service', PORT: 9000, SEED: true });
  expect(readConfig(declared, complete)).toMatchObject({ PORT: 8080, SEED: false });
});

test('one error names every missing variable with an example', () => {
  const message = errorOf({});
  expect(message).toContain('DATABASE_URL is missing');
  expect(message).toContain('Example: DATABASE_URL=postgresql://u:p@127.0.0.1/x');
  expect(message).toContain('PRODUCT_URL is missing');
});

test.each([
  ['an empty value', { ...complete, DATABASE_URL: '' }, 'DATABASE_URL is missing'],
  [
    'a wrong scheme',
    { ...complete, DATABASE_URL: 'mysql://x' },
    'DATABASE_URL must begin with postgresql://',
  ],
  [
    'a path in an origin',
    { ...complete, PRODUCT_URL: 'http://p/x' },
    'PRODUCT_URL must be an http or https origin',
  ],
  ['a port out of range', { ...complete, PORT: '70000' }, 'PORT '],
  ['a word for a number', { ...complete, PORT: 'http' }, 'PORT '],
])('refuses %s', (_, environment, message) => {
  expect(errorOf(environment)).toContain(message);
});

test('a secret is not in the error, nor in logs, JSON or templates', () => {
  expect(errorOf({ ...complete, DATABASE_URL: 'mysql://u:hunter2@db' })).not.toContain('hunter2');
  const { DATABASE_URL } = readConfig(declared, complete);
  for (const shown of [inspect(DATABASE_URL), JSON.stringify({ DATABASE_URL }), String(DATABASE_URL)])
    expect(shown).toContain('[redacted]');
});

test("an owner's own variable wins over the shared one", () => {
  const shared = { URL: variable(z.string(), 'x', 'A URL.') };
  const environment = { URL: 'all', USER_URL: 'user only', ORDER_URL: '' };
  expect(readConfig(shared, environment, 'user').URL).toBe('user only');
  expect(readConfig(shared, environment, 'order').URL).toBe('all');
  expect(readConfig(shared, environment).URL).toBe('all');
});
