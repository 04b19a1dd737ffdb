import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, toolPath, toolVersion } from '../../toolchain/index.ts';
import type { RootfsRecipe } from '../recipe.ts';
import { caBundle, finishRootfs, programInto, startRootfs } from '../rootfs.ts';
import { imageNames } from '../table.ts';

/** The container that holds a pod's namespaces. */
export const pause: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.pause,
  module: 'cluster',
  tools: [],
  inputs: [],
  config: { user: '65535:65535', entrypoint: ['/pause'] },
  layers: [
    {
      name: 'pause',
      async fill(rootfs) {
        const source = fileURLToPath(new URL('../files/cluster/pause.go', import.meta.url));
        const env = { CGO_ENABLED: '0' };
        await startRootfs(rootfs, { name: 'pause', uid: 65535 });
        const output = join(rootfs.folder, 'pause');
        await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, source], { env });
      },
    },
  ],
};

/** Cluster DNS. */
export const coredns: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.coredns,
  module: 'cluster',
  tools: ['coredns'],
  inputs: [toolVersion('coredns')],
  config: { user: '65532:65532', entrypoint: ['/coredns'], ports: [53, 9153] },
  layers: [
    {
      name: 'coredns',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'coredns', uid: 65532 });
        await programInto(rootfs, toolPath('coredns', 'coredns'), '/coredns');
        await caBundle(rootfs);
        await finishRootfs(rootfs);
      },
    },
  ],
};
