import { ApiClient, ApiError } from '@ecommercestack/controller-runtime';
import { FakeApiServer } from '@ecommercestack/controller-runtime/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keySecret, passwordSource, passwordsFrom } from '../../src/cluster/passwords.ts';

const secrets = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
const key = new Uint8Array(32).fill(7);
const postgres = { namespace: 'shop', name: 'shop-postgres' };

describe('passwordsFrom', () => {
  const passwordOf = passwordsFrom(key);

  test('gives the same password each time, 192 bits that need no escaping in a URL', () => {
    expect(passwordOf(postgres, 'order')).toBe(passwordsFrom(key)(postgres, 'order'));
    expect(passwordOf(postgres, 'order')).toMatch(/^[\w-]{32}$/);
  });

  test('gives another one for another entry, Secret, namespace or key', () => {
    const others = [
      passwordOf(postgres, 'order'),
      passwordOf(postgres, 'user'),
      passwordOf({ ...postgres, name: 'shop-redis' }, 'order'),
      passwordOf({ ...postgres, namespace: 'shop2' }, 'order'),
      passwordsFrom(new Uint8Array(32).fill(8))(postgres, 'order'),
    ];
    expect(new Set(others).size).toBe(others.length);
  });
});

describe('passwordSource', () => {
  let server: FakeApiServer;
  let clients: ApiClient[];

  beforeEach(async () => {
    server = await FakeApiServer.start(secrets);
    clients = [];
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await server.close();
  });

  const source = () => {
    const client = new ApiClient({ credentials: server.credentials() });
    clients.push(client);
    return passwordSource(client, 'ops');
  };

  test('makes the key once, and operators that start together or later share it', async () => {
    const passwords = await Promise.all([source()(), source()(), source()()]);
    passwords.push(await source()());
    expect(new Set(passwords.map((passwordOf) => passwordOf(postgres, 'order'))).size).toBe(1);
    expect(server.requests.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([]);
  });

  test('reads it once', async () => {
    const passwords = source();
    await passwords();
    const before = server.requests.length;
    await passwords();
    expect(server.requests.length).toBe(before);
  });

  test('tries anew after a refusal, which it hands on', async () => {
    const passwords = source();
    server.faults.push({ act: { status: 403 } });
    await expect(passwords()).rejects.toBeInstanceOf(ApiError);
    await expect(passwords()).resolves.toBeTypeOf('function');
  });

  test('names the Secret that holds no key', async () => {
    const short = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'ops', name: keySecret },
      data: { key: Buffer.from('short').toString('base64') },
    };
    server.put(secrets, short);
    await expect(source()()).rejects.toThrow(/Secret ops\/ecommercestack-operator-key .* delete it/);
  });
});
