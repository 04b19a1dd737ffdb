import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JWK } from 'jose';
import { topology } from '../../packages/contracts/src/topology.ts';
import { findRedis } from '../../packages/service-kit/test/servers/find.ts';
import { freePort } from '../../packages/service-kit/test/servers/server.ts';
import { waitFor } from '../kube/wait.ts';
import { type Mutant, plantedVariable } from '../mutants/mutant.ts';

const loader = fileURLToPath(new URL('../mutants/loader.ts', import.meta.url));
const main = fileURLToPath(new URL('../../services/main.ts', import.meta.url));

/** Two gateways that share a Redis, and one service that stands behind them for all others. */
export type World = {
  readonly ports: readonly number[];
  /** Host that the service is asked under. */
  readonly host: string;
  /** Path and host of each request that the service saw whole, oldest first; emptied by the reader. */
  readonly seen: string[];
  /** True while both gateways live. */
  readonly isAlive: () => boolean;
  readonly stopRedis: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startWorld(
  policy: object,
  keys: readonly JWK[],
  mutant: Mutant | undefined,
): Promise<World> {
  const found = await findRedis();
  if ('missing' in found) throw new Error(found.missing);
  const seen: string[] = [];
  const upstream = await startUpstream(seen, keys);
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-'));
  const policyFile = join(folder, 'policy.json');
  await writeFile(policyFile, JSON.stringify(policy));
  const ports = [await freePort(), await freePort()];
  const gateways = ports.map((port) => launch(port, upstream.port, policyFile, found.server.url, mutant));
  let stopped: Promise<void> | undefined;
  const stopRedis = () => {
    stopped ??= found.server.stop();
    return stopped;
  };
  const stop = async () => {
    await Promise.all(gateways.map(end));
    await stopRedis();
    upstream.server.closeAllConnections();
    upstream.server.close();
    await rm(folder, { recursive: true });
  };
  try {
    for (const port of ports) await waitFor('a gateway to be ready', () => isReady(port), 30_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ports,
    host: `127.0.0.1:${upstream.port}`,
    seen,
    isAlive: () => gateways.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null),
    stopRedis,
    stop,
  };
}

async function startUpstream(
  seen: string[],
  keys: readonly JWK[],
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url === '/.well-known/jwks.json') {
        response.end(JSON.stringify({ keys }));
        return;
      }
      seen.push(`${request.url} ${request.headers.host}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return { server, port: address.port };
}

function launch(
  port: number,
  upstreamPort: number,
  policyFile: string,
  redis: string,
  mutant: Mutant | undefined,
): ChildProcess {
  const callees = topology.map(({ name }) => [
    `${name.toUpperCase()}_URL`,
    `http://127.0.0.1:${upstreamPort}`,
  ]);
  const planted = mutant === undefined ? [] : ['--import', loader];
  return spawn(process.execPath, [...planted, main, 'gateway'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      ...Object.fromEntries(callees),
      PORT: String(port),
      BIND_ADDRESS: '127.0.0.1',
      LOG_LEVEL: 'silent',
      DRAIN_DELAY_MS: '0',
      REDIS_URL: redis,
      KAFKA_BROKERS: 'memory:',
      POLICY_FILE: policyFile,
      ...(mutant && { [plantedVariable]: JSON.stringify(mutant) }),
    },
    stdio: ['ignore', 'ignore', 2],
  });
}

async function isReady(port: number): Promise<true | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
  return answer?.status === 200 ? true : undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}
