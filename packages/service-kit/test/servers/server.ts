import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A real store for contract tests: one of the environment's, or one started here. */
export type Server = { readonly url: string; readonly stop: () => Promise<void> };

/** A real store, or why there is none on this machine. */
export type Found = { readonly server: Server } | { readonly missing: string };

// PostgreSQL refuses to run as root; nobody's id owns nothing else on the machine.
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export type Launch = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Runs without root's rights; everything it needs must be readable by all. */
  readonly unprivileged?: boolean;
};

/** A folder for a server's data that the server may write to; its server removes it when it stops. */
export function dataFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ecommercestack-${name}-`));
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  return folder;
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A free port of loopback. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Runs a command to its end. */
export async function runToEnd(launch: Launch): Promise<void> {
  const child = start(launch);
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  if (code !== 0) throw new Error(`${launch.command} ended with ${code}: ${outputs.get(child) ?? ''}`);
}

/** Starts a server and resolves once its port takes connections. */
export async function serve(
  launch: Launch,
  port: number,
  url: string,
  signal: NodeJS.Signals,
): Promise<Server> {
  const child = start(launch);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await listening(child, port);
  return {
    url,
    stop: async () => {
      child.kill(signal);
      await exited;
      removeFolder(launch.cwd);
    },
  };
}

const outputs = new WeakMap<ChildProcess, string>();

function start({ command, args, env, cwd, unprivileged = false }: Launch): ChildProcess {
  const child = spawn(command, [...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(unprivileged ? nobody : {}),
  });
  const note = (chunk: Buffer): void => {
    outputs.set(child, `${outputs.get(child) ?? ''}${chunk.toString('utf8')}`.slice(-4000));
  };
  child.once('error', (error) => note(Buffer.from(error.message)));
  child.stdout?.on('data', note);
  child.stderr?.on('data', note);
  return child;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error(`the server ended: ${outputs.get(child) ?? ''}`);
    await pause(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
