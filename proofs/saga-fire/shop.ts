import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createPostgres } from '../../packages/service-kit/src/store/sql-postgres.ts';
import { findKafka, findPostgres } from '../../packages/service-kit/test/servers/find.ts';
import { freePort, type Server } from '../../packages/service-kit/test/servers/server.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { plantedVariable } from '../mutants/mutant.ts';
import type { Databases } from './views.ts';

/** Processes of the shop that are killed, in the order of their start. */
export const victims = ['provider', 'inventory', 'payment', 'shipping', 'order'] as const;

export type Victim = (typeof victims)[number];

/** The shop as processes on real stores. */
export type FireShop = {
  readonly databases: Databases;
  readonly brokers: string;
  /** Where orders are placed. */
  readonly orders: string;
  /** Ends a process with SIGKILL and starts it again at once, on the same port. */
  readonly kill: (victim: Victim) => void;
  readonly stop: () => Promise<void>;
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const loader = fileURLToPath(new URL('../mutants/loader.ts', import.meta.url));
const names = ['product', ...victims] as const;

type Name = (typeof names)[number];

/** Starts stores and processes and resolves once orders can be placed. */
export async function startFireShop(mode: string, mutant: Mutant | undefined): Promise<FireShop> {
  const [postgres, kafka] = [serverOf(await findPostgres()), serverOf(await findKafka())];
  const databases = await createDatabases(postgres.url);
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
  ) as Record<Name, number>; // one entry for each name, from the map above
  const environmentOf = (name: Name) =>
    environment(name, { databases, ports, brokers: kafka.url, mode, mutant });
  const running = new Map<Name, ChildProcess>(names.map((name) => [name, launch(name, environmentOf(name))]));
  for (const name of names) await answering(name, ports[name]);
  return {
    databases,
    brokers: kafka.url,
    orders: `http://127.0.0.1:${ports.order}/orders`,
    kill: (victim) => {
      running.get(victim)?.kill('SIGKILL');
      running.set(victim, launch(victim, environmentOf(victim)));
    },
    stop: async () => {
      await Promise.all([...running.values()].map(end));
      await kafka.stop();
      await postgres.stop();
    },
  };
}

function serverOf(found: Awaited<ReturnType<typeof findPostgres>>): Server {
  if ('missing' in found) throw new Error(found.missing);
  return found.server;
}

async function createDatabases(server: string): Promise<Databases> {
  const sql = createPostgres(server, 'public', () => {});
  const tag = randomBytes(4).toString('hex');
  const made = await Promise.all(
    victims.map(async (name) => {
      const url = new URL(server);
      url.pathname = `/fire_${tag}_${name}`;
      await sql.execute(`CREATE DATABASE ${url.pathname.slice(1)}`);
      return [name, url.href] as const;
    }),
  );
  await sql.close();
  // One entry for each name, from the map above.
  return Object.fromEntries(made) as Databases;
}

type World = {
  readonly databases: Databases;
  readonly ports: Readonly<Record<Name, number>>;
  readonly brokers: string;
  readonly mode: string;
  readonly mutant: Mutant | undefined;
};

function environment(name: Name, { databases, ports, brokers, mode, mutant }: World): Record<string, string> {
  const shared = {
    PATH: process.env['PATH'] ?? '',
    PORT: String(ports[name]),
    BIND_ADDRESS: '127.0.0.1',
    LOG_LEVEL: 'error',
    DRAIN_DELAY_MS: '0',
    KAFKA_BROKERS: brokers,
    SEED_DEMO: 'true',
    ...(mutant === undefined ? {} : { [plantedVariable]: JSON.stringify(mutant) }),
  };
  if (name === 'product')
    return {
      ...shared,
      KAFKA_BROKERS: 'memory:',
      MONGODB_URL: 'memory:',
      SEARCH_URL: 'memory:',
      ANALYTICS_URL: 'http://127.0.0.1:1',
    };
  const origin = (callee: Name) => `http://127.0.0.1:${ports[callee]}`;
  return {
    ...shared,
    DATABASE_URL: databases[name],
    ORDER_SAGA: mode,
    PRODUCT_URL: origin('product'),
    CART_URL: 'http://127.0.0.1:1',
    PAYMENT_PROVIDER_URL: origin('provider'),
  };
}

function launch(name: Name, env: Record<string, string>): ChildProcess {
  const program = name === 'provider' ? ['services/payment/simulator/main.ts'] : ['services/main.ts', name];
  const planted = plantedVariable in env ? ['--import', loader] : [];
  return spawn(process.execPath, [...planted, ...program], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function answering(name: Name, port: number): Promise<void> {
  const path = name === 'provider' ? '/health' : '/ready';
  const until = Date.now() + 60_000;
  while (!(await isOk(`http://127.0.0.1:${port}${path}`))) {
    if (Date.now() > until) throw new Error(`${name} is not ready after 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  child.kill('SIGKILL');
}
