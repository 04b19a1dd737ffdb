import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The README's example as a process. */
export interface Example {
  /** What it has printed. */
  output(): string;
  /** Ends it with SIGTERM; resolves with exit code and signal. */
  end(): Promise<unknown>;
  kill(): void;
}

/** Starts the example with a kubeconfig. */
export function startExample(kubeconfig: string): Example {
  const file = fileURLToPath(new URL('../examples/copier.ts', import.meta.url));
  const env = { ...process.env, KUBECONFIG: kubeconfig, PORT: '0' };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return {
    output: () => output,
    end: () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
