import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../toolchain/index.ts';
import { pythonPackages } from '../fetch.ts';
import type { RootfsRecipe } from '../recipe.ts';
import {
  busybox,
  copyInto,
  finishRootfs,
  fromDebian,
  openDirectory,
  programInto,
  type Rootfs,
  startRootfs,
} from '../rootfs.ts';
import { imageNames } from '../table.ts';

/** The stand-in for MongoDB and all that it depends on, as pip takes them. */
export const secantusPins = [
  'SecantusDB==0.7.0b3',
  'dnspython==2.9.2',
  'future==1.0.0',
  'numpy==2.4.6',
  'pymongo==4.20.0',
  'python-dateutil==4.0.0',
  's2sphere==0.2.5',
  'shapely==2.2.0',
  'tzdata==2026.6',
];
const mongod = fileURLToPath(new URL('../files/mongo/mongod', import.meta.url));

/** Compiles the modules ahead: the root file system is read-only when they run. Hashes hold whatever the file times. */
async function compile(rootfs: Rootfs): Promise<void> {
  const loader = join(rootfs.folder, 'usr/lib64/ld-linux-x86-64.so.2');
  const libraries = join(rootfs.folder, 'usr/lib/x86_64-linux-gnu');
  const python = join(rootfs.folder, 'usr/bin/python3.11');
  const mode = ['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', '-s', rootfs.folder];
  const folders = ['usr/lib/python3.11', 'opt/secantus'].map((path) => join(rootfs.folder, path));
  await run(loader, ['--library-path', libraries, python, ...mode, ...folders], {
    env: { PYTHONHOME: join(rootfs.folder, 'usr') },
  });
}

/** SecantusDB in place of MongoDB: a test tool on the wire protocol, since no package carries a mongod. */
export const mongo: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.mongo,
  module: 'mongo',
  tools: [],
  inputs: secantusPins,
  config: {
    user: '999:999',
    env: {
      PYTHONPATH: '/opt/secantus',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      LANG: 'C.UTF-8',
    },
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mongod'],
    ports: [27017],
  },
  layers: [
    {
      name: 'mongo',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'mongodb', uid: 999, home: '/data/db' });
        await fromDebian(rootfs, ['usr/bin/python3.11', 'usr/lib/python3.11', 'usr/lib/locale/C.utf8']);
        await copyInto(rootfs, await pythonPackages(secantusPins), '/opt/secantus');
        await rm(join(rootfs.folder, 'opt/secantus/bin'), { recursive: true });
        await busybox(rootfs);
        await programInto(rootfs, mongod, '/usr/local/bin/mongod');
        await programInto(rootfs, mongod, '/usr/local/bin/docker-entrypoint.sh');
        await openDirectory(rootfs, '/data/db');
        await finishRootfs(rootfs);
        await compile(rootfs);
      },
    },
  ],
};
