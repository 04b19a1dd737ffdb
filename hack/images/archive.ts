import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../toolchain/index.ts';

/** What a container of the image runs and as whom; the keys become those of the OCI image configuration. */
export interface ImageConfig {
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly workingDir?: string;
  readonly ports?: readonly number[];
  /** Sent to end a container, SIGTERM when absent. */
  readonly stopSignal?: `SIG${string}`;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image configuration of one that is made of these layers, as docker and containerd read it. */
export function imageConfiguration(config: ImageConfig, diffIds: readonly string[]): object {
  const { user, env, entrypoint, cmd, workingDir, ports, stopSignal } = config;
  return {
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      ...(user && { User: user }),
      Env: Object.entries({ PATH: path, ...env }).map(([name, value]) => `${name}=${value}`),
      ...(entrypoint && { Entrypoint: entrypoint }),
      ...(cmd && { Cmd: cmd }),
      ...(workingDir && { WorkingDir: workingDir }),
      ...(stopSignal && { StopSignal: stopSignal }),
      ...(ports && { ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])) }),
    },
    rootfs: { type: 'layers', diff_ids: diffIds.map((id) => `sha256:${id}`) },
    history: diffIds.map(() => ({ created_by: 'hack/images' })),
  };
}

/**
 * Writes folders, lowest layer first, as a docker-archive that carries the tags.
 *
 * Owner, order and times in the layers are fixed, so equal folders give equal layer digests: images that share a
 * layer share it in containerd too.
 */
export async function writeArchive(
  output: string,
  image: {
    readonly tags: readonly string[];
    readonly config: ImageConfig;
    readonly layers: readonly string[];
  },
): Promise<void> {
  const work = `${output}.part`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const digests: string[] = [];
  for (const folder of image.layers) {
    const layer = join(work, 'layer.tar');
    const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
    await run('tar', [...fixed, '-C', folder, '-cf', layer, '.']);
    const digest = await sha256(layer);
    await rename(layer, join(work, `${digest}.tar`));
    digests.push(digest);
  }
  const configuration = JSON.stringify(imageConfiguration(image.config, digests));
  const configName = `${createHash('sha256').update(configuration).digest('hex')}.json`;
  const layers = digests.map((digest) => `${digest}.tar`);
  await writeFile(join(work, configName), configuration);
  const manifest = [{ Config: configName, RepoTags: image.tags, Layers: layers }];
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  const files = ['manifest.json', configName, ...new Set(layers)];
  await run('tar', ['-C', work, '-cf', `${work}.tar`, ...files]);
  await rename(`${work}.tar`, output);
  await rm(work, { recursive: true });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
