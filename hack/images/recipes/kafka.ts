import { fileURLToPath } from 'node:url';
import { type MavenCoordinate, mavenJars } from '../fetch.ts';
import type { RootfsRecipe } from '../recipe.ts';
import { copyInto, jarsInto, openDirectory, programInto } from '../rootfs.ts';
import { imageNames } from '../table.ts';
import { javaLayer } from './java.ts';

const artifacts: readonly MavenCoordinate[] = [
  'org.apache.kafka:kafka_2.13:4.4.0',
  'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5',
];
const files = new URL('../files/kafka/', import.meta.url);

/** Kafka in KRaft mode with upstream's environment contract; no command line tools. */
export const kafka: RootfsRecipe = {
  kind: 'rootfs',
  reference: imageNames.kafka,
  module: 'kafka',
  tools: [],
  inputs: artifacts,
  config: { user: '1000:1000', workingDir: '/', cmd: ['/etc/kafka/docker/run'], ports: [9092] },
  layers: [
    javaLayer,
    {
      name: 'kafka',
      async fill(rootfs) {
        await jarsInto(rootfs, await mavenJars(artifacts), '/opt/kafka/libs');
        await programInto(rootfs, fileURLToPath(new URL('run', files)), '/etc/kafka/docker/run');
        await copyInto(rootfs, fileURLToPath(new URL('log4j2.yaml', files)), '/etc/kafka/docker/log4j2.yaml');
        const open = ['/var/lib/kafka/data', '/opt/kafka/config', '/opt/kafka/logs', '/mnt/shared/config'];
        for (const path of open) await openDirectory(rootfs, path);
      },
    },
  ],
};
