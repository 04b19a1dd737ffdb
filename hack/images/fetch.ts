import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot, run, withLock } from '../toolchain/index.ts';

/** `group:artifact:version` */
export type MavenCoordinate = `${string}:${string}:${string}`;

/** A project file with these dependencies and nothing else. */
export function mavenProject(dependencies: readonly MavenCoordinate[]): string {
  const rows = dependencies.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':');
    const fields = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    return `    <dependency>${fields}</dependency>`;
  });
  return [
    '<project>',
    '  <modelVersion>4.0.0</modelVersion>',
    '  <groupId>dev.ecommercestack</groupId><artifactId>image</artifactId><version>1</version>',
    '  <dependencies>',
    ...rows,
    '  </dependencies>',
    '</project>',
    '',
  ].join('\n');
}

/** A folder of the cache with the jars of these artifacts and, recursively, of what they depend on. */
export function mavenJars(dependencies: readonly MavenCoordinate[]): Promise<string> {
  return once('maven', dependencies, async (folder) => {
    const project = join(folder, 'pom.xml');
    await writeFile(project, mavenProject(dependencies));
    const options = ['-q', '-B', '-f', project, `-DoutputDirectory=${folder}`];
    await run('mvn', [...options, 'dependency:copy-dependencies', '-DincludeScope=runtime']);
  });
}

const platforms = [
  'manylinux_2_28_x86_64',
  'manylinux_2_27_x86_64',
  'manylinux_2_24_x86_64',
  'manylinux2014_x86_64',
];

/** A folder of the cache with these pinned Python distributions, installed for Debian's Python 3.11 on amd64. */
export function pythonPackages(pins: readonly string[]): Promise<string> {
  return once('pypi', pins, async (folder) => {
    const target = ['--python-version', '3.11', '--implementation', 'cp', '--only-binary', ':all:'];
    const on = platforms.flatMap((platform) => ['--platform', platform]);
    const quiet = ['-q', '--disable-pip-version-check', '--root-user-action', 'ignore', '--no-compile'];
    await run('python3', [
      ...['-m', 'pip', 'install', ...quiet, ...target, ...on],
      ...['--no-deps', '--target', folder, ...pins],
    ]);
  });
}

async function once(
  kind: string,
  pins: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(pins.join('\n')).digest('hex').slice(0, 10);
  const folder = join(cacheRoot(), `${kind}-${hash}`);
  await withLock(folder, async () => {
    if (existsSync(folder)) return;
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    await fill(part);
    await rename(part, folder);
  });
  return folder;
}
