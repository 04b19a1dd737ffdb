import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../payment/simulator/main.ts', import.meta.url));

/** The simulated payment provider as a process of its own. */
export type Provider = { readonly origin: string; readonly stop: () => Promise<void> };

/** Starts the provider on a database of its own and resolves once it answers. */
export async function startProvider(database: string): Promise<Provider> {
  const child = spawn(process.execPath, [main], {
    env: { DATABASE_URL: database, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('exit', (code) => reject(new Error(`the provider ended with ${code} before it was open`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The log is one JSON object a line.
    const entry = JSON.parse(line) as { message: string; port?: number };
    if (entry.message === 'open') resolve(`http://127.0.0.1:${entry.port}`);
  });
  const origin = await promise;
  return {
    origin,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
