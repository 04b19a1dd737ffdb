import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImages, imageNames } from '../index.ts';
import { type Container, openContainer } from './container.ts';

const root = process.getuid?.() === 0;

async function build(name: string): Promise<Container> {
  const [image] = await buildImages({ needed: [name], log: () => undefined });
  if (!image) throw new Error(`${name} was not built`);
  return openContainer(image.archive);
}

describe.skipIf(!root)('postgres (needs root for namespaces)', () => {
  let container: Container;
  beforeAll(async () => {
    container = await build(imageNames.postgres);
  });
  afterAll(() => container.remove());

  const data = '/var/lib/postgresql/data/pgdata';
  const env = {
    PGDATA: data,
    POSTGRES_USER: 'admin',
    POSTGRES_PASSWORD: 'secret',
    POSTGRES_DB: 'shop',
    POSTGRES_INITDB_ARGS: '--no-sync --no-data-checksums',
  };
  /** Starts the server, runs SQL against it over TCP, and stops it. */
  const session = (sql: string, settings: Readonly<Record<string, string>> = env) =>
    container.run(
      [
        'bash',
        '-c',
        `docker-entrypoint.sh postgres & server=$!
         until pg_isready -q -h 127.0.0.1; do kill -0 $server || exit 9; sleep 0.1; done
         PGPASSWORD=$GIVEN psql -h 127.0.0.1 -U admin -d shop -tAc "$SQL"; code=$?
         kill -INT $server; wait $server; exit $code`,
      ],
      { GIVEN: 'secret', SQL: sql, ...settings },
    );
  const script = (name: string): string => join(container.volume('/docker-entrypoint-initdb.d'), name);

  it('refuses to initialise without a password and leaves nothing behind', async () => {
    const { code, output } = await container.run(['postgres'], { PGDATA: data });
    expect(code).toBe(1);
    expect(output).toContain('POSTGRES_PASSWORD');
    expect(readdirSync(container.volume('/var/lib/postgresql/data'))).toEqual([]);
  });

  it('does not take a first start that failed half-way for a database', async () => {
    writeFileSync(script('10-fails.sh'), 'echo half-way; exit 7\n');
    expect((await session('select 1')).code).toBe(9);
    expect(existsSync(container.volume(data))).toBe(false);
    rmSync(script('10-fails.sh'));
  });

  it('runs the scripts once, at the first start, and keeps its data', async () => {
    writeFileSync(
      script('10-role.sh'),
      'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "create table seen(x int)"\n',
    );
    writeFileSync(script('20-row.sql'), 'insert into seen values (41);\n');
    const first = await session('update seen set x = x + 1 returning x');
    expect(first.output).toContain('\n42\n');
    const second = await session('select x from seen');
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('Skipping initialization') });
    expect(second.output).toContain('\n42\n');
  });

  it('refuses a wrong password over TCP, on loopback too', async () => {
    const { code, output } = await session('select 1', { ...env, GIVEN: 'wrong' });
    expect(code).not.toBe(0);
    expect(output).toContain('password authentication failed');
  });
});

describe.skipIf(!root)('redis (needs root for namespaces)', () => {
  let container: Container;
  beforeAll(async () => {
    container = await build(imageNames.redis);
  });
  afterAll(() => container.remove());

  it('keeps what was written, behind its password', async () => {
    const session = (command: string) =>
      container.run([
        'sh',
        '-c',
        `docker-entrypoint.sh --appendonly yes --dir /data --requirepass secret & server=$!
         export REDISCLI_AUTH=secret
         until redis-cli ping >/dev/null 2>&1; do kill -0 $server || exit 9; sleep 0.1; done
         ${command}; code=$?; kill $server; wait $server; exit $code`,
      ]);
    expect((await session('redis-cli set key kept')).output).toContain('OK');
    expect((await session('redis-cli get key')).output).toContain('kept');
    expect((await session('REDISCLI_AUTH= redis-cli get key')).output).toContain('NOAUTH');
  });
});

describe.skipIf(!root)('the MongoDB stand-in (needs root for namespaces)', () => {
  let container: Container;
  beforeAll(async () => {
    container = await build(imageNames.mongo);
  });
  afterAll(() => container.remove());

  const client = `
import sys
from pymongo import MongoClient
user, password, statement = sys.argv[1:]
options = {"username": user, "password": password} if user else {}
things = MongoClient("127.0.0.1", serverSelectionTimeoutMS=60000, **options).shop.things
print(eval(statement))
`;
  const env = { MONGO_INITDB_ROOT_USERNAME: 'root', MONGO_INITDB_ROOT_PASSWORD: 'secret', CLIENT: client };
  const session = (user: string, password: string, statement: string) =>
    container.run(
      [
        'sh',
        '-c',
        `docker-entrypoint.sh --dbpath /data/db --bind_ip_all & server=$!
         python3.11 -c "$CLIENT" "$0" "$1" "$2"; code=$?; kill $server; wait $server; exit $code`,
        user,
        password,
        statement,
      ],
      env,
    );

  it('makes the root user at the first start, asks for the password ever after, and keeps its data', async () => {
    const first = await session('root', 'secret', 'things.insert_one({"_id": "kept"}).acknowledged');
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('NOT MongoDB') });
    expect(first.output).toContain('True');
    expect((await session('root', 'secret', 'things.find_one()["_id"]')).output).toContain('kept');
    expect((await session('root', 'wrong', 'things.find_one()')).output).toContain('OperationFailure');
    expect((await session('', '', 'things.find_one()')).output).toContain('requires authentication');
  });

  it('ends within its time and keeps its data when the server below it hangs', {
    timeout: 120_000,
  }, async () => {
    const hung = await container.run(
      [
        'sh',
        '-c',
        `docker-entrypoint.sh --dbpath /data/db --bind_ip_all & server=$!
         python3.11 -c "$CLIENT" root secret 'things.insert_one({"_id": "late"}).acknowledged' || exit 1
         for stat in /proc/[0-9]*/stat; do
           read pid name state parent rest < $stat && [ "$parent" = $server ] && kill -STOP $pid && echo hung
         done
         kill $server; wait $server; echo "ended with $?"`,
      ],
      env,
    );
    expect(hung.output).toMatch(/^hung\nended with 0$/m);
    expect((await session('root', 'secret', 'things.count_documents({})')).output).toContain('2');
  });
});
