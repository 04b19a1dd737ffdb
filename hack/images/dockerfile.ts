import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, withLock } from '../toolchain/index.ts';

/** One build of a Dockerfile. */
export interface DockerfileBuild {
  readonly dockerfile: string;
  readonly context: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** The archive to write. */
  readonly output: string;
}

/** The build arguments as buildah and docker take them. */
export function buildArguments(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
}

/**
 * Runs a Dockerfile with Debian's buildah, unpacked and not installed, and writes a docker-archive with the tags.
 *
 * Store, policy and configuration lie in a folder beside the output that is gone afterwards: the machine's own
 * container configuration is neither read nor changed.
 */
export function buildDockerfile(build: DockerfileBuild, debian: string): Promise<void> {
  // One at a time: whoever finds no note of buildah's on the machine must be the one who leaves none.
  return withLock(hostStore, () => isolatedBuild(build, debian));
}

async function isolatedBuild(build: DockerfileBuild, debian: string): Promise<void> {
  const work = `${build.output}.buildah`;
  await rm(work, { recursive: true, force: true });
  const { policy, environment, store } = await isolated(work, debian);
  const buildah = join(debian, 'usr/bin/buildah');
  const part = `${build.output}.part`;
  await rm(part, { force: true });
  const before = existsSync(hostStore);
  const options = ['--signature-policy', policy, '--layers=false', '--timestamp', '0', '--quiet'];
  const source = [...buildArguments(build.arguments), '--file', build.dockerfile, build.context];
  try {
    await run(buildah, [...store, 'bud', ...options, '--tag', builtName, ...source], { env: environment });
    const pushed = join(work, 'pushed');
    const plain = ['--quiet', '--disable-compression', '--signature-policy', policy];
    await run(buildah, [...store, 'push', ...plain, builtName, `dir:${pushed}`], {
      env: environment,
    });
    await archivePushed(pushed, build.tags, part);
    await rename(part, build.output);
  } finally {
    await rm(work, { recursive: true, force: true });
    if (!before) await removeHostStore();
  }
}

/** Name inside buildah's own store, which is gone after the build. */
const builtName = 'localhost/built:1';

/** What is read of an image manifest in a folder that buildah pushed to; its blobs lie beside it by digest. */
interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** Makes a docker-archive of a pushed image, with the tags as they are: buildah would put short ones below localhost/. */
async function archivePushed(folder: string, tags: readonly string[], output: string): Promise<void> {
  const path = join(folder, 'manifest.json');
  // buildah wrote it, in the OCI format.
  const { config, layers } = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const fileOf = ({ digest }: { digest: string }): string => digest.replace('sha256:', '');
  const image = { Config: fileOf(config), RepoTags: tags, Layers: layers.map(fileOf) };
  await writeFile(path, JSON.stringify([image]));
  await run('tar', ['-C', folder, '-cf', output, 'manifest.json', image.Config, ...new Set(image.Layers)]);
}

/** buildah notes there which blobs it has seen, whatever store it is told to use. */
const hostStore = '/var/lib/containers';

async function removeHostStore(): Promise<void> {
  await rm(join(hostStore, 'cache', 'blob-info-cache-v1.boltdb'), { force: true });
  // Not recursive: whatever else lies there by now is not ours.
  for (const folder of [join(hostStore, 'cache'), hostStore]) await rmdir(folder).catch(() => undefined);
}

async function isolated(work: string, debian: string) {
  const folder = join(work, 'config');
  await mkdir(folder, { recursive: true });
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const policy = await file('policy.json', '{"default":[{"type":"insecureAcceptAnything"}]}\n');
  const registries = await file('registries.conf', '');
  const environment = {
    STORAGE_DRIVER: 'vfs',
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_CONF: await file('containers.conf', ''),
    CONTAINERS_STORAGE_CONF: await file('storage.conf', '[storage]\ndriver = "vfs"\n'),
    LD_LIBRARY_PATH: join(debian, 'usr/lib/x86_64-linux-gnu'),
    TMPDIR: work,
  };
  const store = [
    '--root',
    join(work, 'root'),
    '--runroot',
    join(work, 'run'),
    '--registries-conf',
    registries,
  ];
  return { policy, environment, store };
}
