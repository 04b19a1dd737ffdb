import { spawn } from 'node:child_process';

export type Ended = { readonly code: number; readonly out: string; readonly err: string };

/** Runs a command to its end with text as its input; never rejects because of an exit code. */
export function runCommand(
  command: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', failed);
    child.on('close', (code) => done({ code: code ?? -1, out, err }));
    // A command may end before it has read all; its exit code tells whether that mattered.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
