import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A stand-in for a container: an image's root in mount, process and network namespaces of its own. */
export interface Container {
  /** Runs a command as the image's user and resolves to its exit code and what it printed. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** A folder of the image that outlives a run, as a volume does. */
  volume(path: string): string;
  remove(): void;
}

/** How a command in a container ended. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

interface Manifest {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** Unpacks a docker-archive and prepares to run commands in it. */
export function openContainer(archive: string): Container {
  const folder = mkdtempSync(join(tmpdir(), 'container-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  execFileSync('tar', ['-C', folder, '-xf', archive]);
  // writeArchive's own format.
  const [image] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest[];
  if (!image) throw new Error(`${archive} holds no image`);
  for (const layer of image.Layers) execFileSync('tar', ['-C', root, '-xf', join(folder, layer)]);
  const { config } = JSON.parse(readFileSync(join(folder, image.Config), 'utf8')) as {
    config: { User: string; Env: string[]; Entrypoint?: string[] };
  };
  const running = new Set<ChildProcess>();
  return {
    volume: (path) => join(root, path),
    remove: () => {
      // A run that a test gave up on would go on for ever.
      for (const child of running) child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    },
    run: (command, env = {}) => {
      const variables = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
      const started = [...(config.Entrypoint ?? []), ...command];
      return inNamespaces(running, root, [
        '--userspec',
        config.User,
        root,
        '/usr/bin/env',
        '-i',
        ...variables,
        ...started,
      ]);
    },
  };
}

/** Mounts, loopback and processes belong to the namespaces and end with them. */
function inNamespaces(running: Set<ChildProcess>, root: string, chroot: readonly string[]): Promise<Outcome> {
  const prepare = [
    'set -e',
    'ip link set lo up',
    'mount --rbind /dev "$0/dev"',
    'mount -t proc proc "$0/proc"',
    'exec chroot "$@"',
  ].join('\n');
  const options = ['--mount', '--pid', '--net', '--fork', '--kill-child'];
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', [...options, 'bash', '-c', prepare, root, ...chroot]);
    running.add(child);
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
}
