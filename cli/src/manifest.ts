import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Request } from './arguments.ts';
import { notFound, usage } from './exit.ts';

/** The file that -f names, or standard input. */
export async function readManifest(
  request: Request,
): Promise<{ readonly file: string; readonly text: string }> {
  const file = request.get('filename');
  if (file === undefined) throw usage(`${request.command.name} needs -f FILE`);
  if (file === '-') return { file, text: await text(process.stdin) };
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw notFound(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
