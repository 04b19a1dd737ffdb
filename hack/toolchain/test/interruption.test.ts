import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const INDEX = join(import.meta.dirname, '..', 'index.ts');

/** A program that runs a long command, says when it does, and tells how its own end came about. */
const PROGRAM = `
import { handleInterruption, Interrupted, run } from ${JSON.stringify(INDEX)};
handleInterruption();
const command = run('sh', ['-c', 'exec sleep 60']);
process.stdout.write('started\\n');
try { await command; } catch (error) {
  process.stdout.write(error instanceof Interrupted ? 'cleaned up\\n' : String(error));
}
`;

describe('an interrupted program', () => {
  it('ends its commands and cleans up, however often one keystroke arrives', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (chunk.includes('started')) {
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }
    });
    const [code] = await once(child, 'close');
    expect(out).toBe('started\ncleaned up\n');
    expect(code).toBe(0);
  });
});
