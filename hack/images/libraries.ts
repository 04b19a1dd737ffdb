import { copyFile, mkdir, open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { run } from '../toolchain/index.ts';

/** Where the loader looks on Debian for amd64, below the root. */
const libraryFolder = 'usr/lib/x86_64-linux-gnu';

/** One line of the loader's list: a library's name and where it was found, if it was. */
export interface LoadedLibrary {
  readonly name: string;
  readonly path?: string;
}

/** Reads what `ld.so --list` prints; the kernel's own vdso and the static case give nothing. */
export function loadedLibraries(output: string): LoadedLibrary[] {
  return output.split('\n').flatMap((line): LoadedLibrary[] => {
    const [, name, place] = /^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (!name || !place) return [];
    return place === 'not found' ? [{ name }] : [{ name, path: place }];
  });
}

/**
 * Copies the shared libraries that the programs of a root file system load out of the Debian packages into it.
 *
 * Nothing is taken from this machine: a library that only it has, or that nobody has, is an error that names both.
 */
export async function addLibraries(rootfs: {
  readonly folder: string;
  readonly debian: string;
}): Promise<void> {
  const files = await filesBelow(rootfs.folder);
  const present = new Set(files.map((file) => basename(file)));
  const loader = await realpath(join(rootfs.debian, 'lib64/ld-linux-x86-64.so.2'));
  const options = ['--inhibit-cache', '--library-path', join(rootfs.debian, libraryFolder), '--list'];
  let dynamic = false;
  for (const file of files) {
    if (!(await isElf(file))) continue;
    const listed = await run(loader, [...options, file]).catch(() => '');
    for (const library of loadedLibraries(listed)) {
      dynamic = true;
      const { name, path } = library;
      if (path?.startsWith(`${rootfs.folder}/`) || basename(name).startsWith('ld-linux')) continue;
      if (path?.startsWith(`${rootfs.debian}/`)) await copyLibrary(rootfs.folder, path);
      // A library that its program loads by hand, libjvm.so for one, lies elsewhere in the same root.
      else if (!present.has(basename(name))) {
        const where = relative(rootfs.folder, file);
        throw new Error(`${where} needs ${name}, which none of the Debian packages has`);
      }
    }
  }
  if (dynamic) await copyTo(loader, join(rootfs.folder, 'usr/lib64/ld-linux-x86-64.so.2'));
}

async function copyLibrary(folder: string, path: string): Promise<void> {
  await copyTo(await realpath(path), join(folder, libraryFolder, basename(path)));
}

async function copyTo(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function isElf(file: string): Promise<boolean> {
  const handle = await open(file);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  await handle.close();
  return bytesRead === 4 && buffer.toString('latin1') === '\x7fELF';
}
