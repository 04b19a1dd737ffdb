import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../toolchain/index.ts';
import { type MavenCoordinate, mavenJars } from '../fetch.ts';
import type { RootfsRecipe } from '../recipe.ts';
import { copyInto, jarsInto, openDirectory, programInto } from '../rootfs.ts';
import { imageNames } from '../table.ts';
import { javaLayer } from './java.ts';

const version = '2.19.6';
const modules = [
  'transport-netty4-client',
  'reindex-client',
  'parent-join-client',
  'percolator-client',
  'lang-mustache-client',
  'mapper-extras-client',
  'rank-eval-client',
  'aggs-matrix-stats-client',
  'analysis-common',
  'lang-painless',
  'lang-expression',
  'ingest-common',
  'geo',
];
const artifacts: readonly MavenCoordinate[] = [
  `org.opensearch:opensearch:${version}`,
  ...modules.map((name): MavenCoordinate => `org.opensearch.plugin:${name}:${version}`),
  'org.apache.logging.log4j:log4j-core:2.25.5',
];
const home = '/usr/share/opensearch';
const files = new URL('../files/opensearch/', import.meta.url);
const file = (name: string): string => fileURLToPath(new URL(name, files));

/** One OpenSearch node of the modules that Maven Central carries; without security and the other plugins. */
export const opensearch: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.opensearch,
  module: 'opensearch',
  tools: [],
  inputs: artifacts,
  config: {
    user: '1000:1000',
    workingDir: home,
    entrypoint: ['./opensearch-docker-entrypoint.sh'],
    cmd: ['opensearch'],
    ports: [9200, 9300],
  },
  layers: [
    javaLayer,
    {
      name: 'opensearch',
      async fill(rootfs) {
        const jars = await mavenJars(artifacts);
        await jarsInto(rootfs, jars, `${home}/lib`);
        const classes = join(rootfs.folder, home, 'classes');
        await mkdir(classes, { recursive: true });
        await run('javac', [
          '--release',
          '17',
          '-cp',
          join(jars, '*'),
          '-d',
          classes,
          file('SingleNode.java'),
        ]);
        const script = `${home}/opensearch-docker-entrypoint.sh`;
        await programInto(rootfs, file('opensearch-docker-entrypoint.sh'), script);
        await copyInto(rootfs, file('log4j2.properties'), `${home}/config/log4j2.properties`);
        for (const name of ['data', 'logs']) await openDirectory(rootfs, `${home}/${name}`);
      },
    },
  ],
};
