import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { topology } from '@ecommercestack/contracts/topology';
import { memoryTwins } from '@ecommercestack/service-kit/testing';
import { onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A service as a process of its own on a free port; ends with the test. */
export type Process = {
  readonly port: number;
  /** Sends SIGTERM and answers the exit code. */
  readonly end: () => Promise<number | null>;
};

/** Starts `main.ts NAME` on memory twins, with callees where nobody listens, and resolves once it is open. */
export async function startProcess(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<Process> {
  const callees = Object.fromEntries(
    topology.map((row) => [`${row.name.toUpperCase()}_URL`, 'http://127.0.0.1:1']),
  );
  const child = spawn(process.execPath, [main, name], {
    env: { ...memoryTwins, ...callees, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exited = once(child, 'exit');
  return {
    port: await openPort(child),
    end: async () => {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

async function openPort(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let port = 0;
  let isOpen = false;
  child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was open`)));
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The log is one JSON object a line.
      const entry = JSON.parse(line) as { message: string; port?: number };
      if (entry.message === 'listening') port = entry.port ?? 0;
      if (entry.message === 'open') isOpen = true;
      if (port > 0 && isOpen) resolve(port);
    });
  return promise;
}
