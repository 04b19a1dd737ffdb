import { spawn } from 'node:child_process';
import { interruption } from './interruption.ts';

/** What a command gets beside its arguments. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A command that ended badly: the message holds the command and the last lines that it printed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly output: string;

  constructor(command: string, how: string, output: string) {
    super(`${command}\n  ${how}; its last lines:\n${lastLines(output, 20)}`);
    this.output = output;
  }
}

function lastLines(text: string, count: number): string {
  const lines = text.trimEnd().split('\n').slice(-count);
  return lines.map((line) => `  | ${line}`).join('\n');
}

/** Runs a command to its end and resolves to its standard output; rejects with CommandFailed unless it exits 0. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const shown = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: interruption,
    });
    let out = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      all += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      all += chunk;
    });
    child.on('error', (error) => {
      // An interrupted command is told to end; its end is awaited below.
      if (!interruption.aborted) reject(new CommandFailed(shown, `did not start: ${error.message}`, all));
    });
    child.on('close', (code, signal) => {
      if (interruption.aborted) reject(interruption.reason);
      else if (code === 0) resolve(out);
      else reject(new CommandFailed(shown, signal ? `was ended by ${signal}` : `exited with ${code}`, all));
    });
    // A command may close its input before it has read all; its exit code tells whether that mattered.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
