import {
  appendFile,
  chmod,
  copyFile,
  cp,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addLibraries } from './libraries.ts';

/** A root file system in the making: a folder to fill, and the extracted Debian packages to fill it from. */
export interface Rootfs {
  readonly folder: string;
  readonly debian: string;
}

/** A user of the image, beside root. */
export interface ImageUser {
  readonly name: string;
  readonly uid: number;
  readonly home?: string;
}

/** An empty root file system with a merged /usr, /tmp, name resolution by hosts file and DNS, and the user. */
export async function startRootfs(rootfs: Rootfs, user: ImageUser): Promise<void> {
  await rm(rootfs.folder, { recursive: true, force: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(join(rootfs.folder, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, join(rootfs.folder, name));
  }
  for (const name of ['proc', 'sys', 'dev', 'run', 'etc', 'var']) await mkdir(join(rootfs.folder, name));
  await symlink('/run', join(rootfs.folder, 'var/run'));
  await openDirectory(rootfs, '/tmp');
  const home = user.home ?? '/nonexistent';
  const line = user.uid === 0 ? '' : `${user.name}:x:${user.uid}:${user.uid}::${home}:/sbin/nologin\n`;
  const group = user.uid === 0 ? '' : `${user.name}:x:${user.uid}:\n`;
  await writeInto(rootfs, '/etc/passwd', `root:x:0:0:root:/root:/bin/sh\n${line}`);
  await writeInto(rootfs, '/etc/group', `root:x:0:\n${group}`);
  // Without it the C library asks DNS before it looks at /etc/hosts.
  await writeInto(rootfs, '/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n');
}

/** Closes the root file system: every program and library in it gets the shared libraries it loads. */
export async function finishRootfs(rootfs: Rootfs): Promise<void> {
  await addLibraries(rootfs);
}

/** Copies files or folders out of the Debian packages, to the same place; a link is followed, its target copied. */
export async function fromDebian(rootfs: Rootfs, paths: readonly string[]): Promise<void> {
  for (const path of paths) await copyInto(rootfs, await realpath(join(rootfs.debian, path)), path);
}

/** Copies a file or a folder of this machine to a path of the image; links inside folders stay links. */
export async function copyInto(rootfs: Rootfs, source: string, path: string): Promise<void> {
  const target = join(rootfs.folder, path);
  await mkdir(dirname(target), { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** Copies a program to a path of the image and makes it executable for all. */
export async function programInto(rootfs: Rootfs, source: string, path: string): Promise<void> {
  const target = join(rootfs.folder, path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await chmod(target, 0o755);
}

/** Writes a file of the image. */
export async function writeInto(rootfs: Rootfs, path: string, content: string, mode = 0o644): Promise<void> {
  const target = join(rootfs.folder, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
  await chmod(target, mode);
}

/** Adds to the end of a file that the image has. */
export async function appendTo(rootfs: Rootfs, path: string, content: string): Promise<void> {
  await appendFile(join(rootfs.folder, path), content);
}

/** Copies the jars of a folder to a folder of the image. */
export async function jarsInto(rootfs: Rootfs, source: string, path: string): Promise<void> {
  const jars = (await readdir(source)).filter((name) => name.endsWith('.jar'));
  for (const name of jars) await copyInto(rootfs, join(source, name), join(path, name));
}

/** Makes a directory that any user may write to, as /tmp is: the uid that a pod runs with is not known here. */
export async function openDirectory(rootfs: Rootfs, path: string): Promise<void> {
  await mkdir(join(rootfs.folder, path), { recursive: true });
  await chmod(join(rootfs.folder, path), 0o1777);
}

/** The certificate authorities of Debian's ca-certificates as one bundle, where TLS libraries look for it. */
export async function caBundle(rootfs: Rootfs): Promise<void> {
  const folder = join(rootfs.debian, 'usr/share/ca-certificates/mozilla');
  const names = (await readdir(folder)).sort();
  const bundle = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  await writeInto(rootfs, '/etc/ssl/certs/ca-certificates.crt', bundle.join(''));
}

const applets =
  'sh ash cat chmod cp cut date dirname basename df du echo env expr find grep gunzip head hostname id kill ln ls mkdir ' +
  'mktemp mv nc printf ps pwd readlink realpath rm rmdir sed sleep sort tail tee test touch tr true uname wc wget ' +
  'which whoami xargs';

/** A shell and the small programs that scripts use: one static busybox and a link a name. */
export async function busybox(rootfs: Rootfs): Promise<void> {
  await programInto(rootfs, join(rootfs.debian, 'usr/bin/busybox'), '/usr/bin/busybox');
  for (const name of applets.split(' ')) await symlink('busybox', join(rootfs.folder, 'usr/bin', name));
}
