import type { RootfsRecipe } from '../recipe.ts';
import { busybox, finishRootfs, fromDebian, openDirectory, startRootfs, writeInto } from '../rootfs.ts';
import { imageNames } from '../table.ts';

const entrypoint = `#!/bin/sh
case "$1" in -* | *.conf) set -- redis-server "$@" ;; esac
umask 0077
exec "$@"
`;

/** Redis 7.0 of Debian: no JSON, search or other modules. */
export const redis: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.redis,
  module: 'redis',
  tools: [],
  inputs: [],
  config: {
    user: '999:999',
    workingDir: '/data',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['redis-server'],
    ports: [6379],
  },
  layers: [
    {
      name: 'redis',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'redis', uid: 999 });
        await fromDebian(rootfs, ['usr/bin/redis-server', 'usr/bin/redis-cli']);
        await busybox(rootfs);
        await writeInto(rootfs, '/usr/local/bin/docker-entrypoint.sh', entrypoint, 0o755);
        await openDirectory(rootfs, '/data');
        await finishRootfs(rootfs);
      },
    },
  ],
};
