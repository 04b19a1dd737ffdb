import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ServiceName } from '../packages/contracts/src/topology.ts';
import { at } from './kube/object.ts';
import type { Context } from './proof.ts';
import { stackReference } from './stack.ts';
import type { Target } from './target.ts';

const root = join(import.meta.dirname, '..');

/** A version that no pod of the cluster has run, drawn from the seed, with its image made runnable there. */
export async function otherVersion(context: Context): Promise<string> {
  const number = (high: number) => context.random.integer(0, high);
  const version = `v${10 + number(89)}.${number(99)}.${number(99)}`;
  await makeRunnable([version], context);
  return version;
}

/** Has the images of these versions there for pods to run. */
export async function makeRunnable(
  versions: readonly string[],
  { say }: Pick<Context, 'say'>,
): Promise<void> {
  if (versions.length === 0) return;
  say(`images of ${versions.join(', ')}`);
  await new Promise<void>((done, failed) => {
    const child = spawn(process.execPath, [join(root, 'hack/cluster/cli.ts'), 'images', ...versions], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    child.on('error', failed);
    child.on('exit', (code) =>
      code === 0 ? done() : failed(new Error(`npm run images ended with ${code}`)),
    );
  });
}

/** Every version that a stack's specification names. */
export function versionsIn(stack: unknown): string[] {
  const own = at(stack, 'spec', 'version');
  const services = servicesOf(stack).map((service) => at(service, 'version'));
  return [...new Set([own, ...services].filter((version): version is string => typeof version === 'string'))];
}

/** Changes the stack's entry of one service; the returned function puts the old entry back, once. */
export async function setService(
  { kube, stack }: Target,
  name: ServiceName,
  settings: Readonly<Record<string, unknown>>,
): Promise<() => Promise<void>> {
  const reference = stackReference(stack);
  const before = servicesOf(await kube.get(reference));
  const others = before.filter((entry) => at(entry, 'name') !== name);
  const own = before.find((entry) => at(entry, 'name') === name);
  await kube.merge(reference, { spec: { services: [...others, { name, ...Object(own), ...settings }] } });
  let restored = false;
  return async () => {
    if (restored) return;
    restored = true;
    await kube.merge(reference, { spec: { services: before.length > 0 ? before : null } });
  };
}

function servicesOf(stack: unknown): unknown[] {
  const services = at(stack, 'spec', 'services');
  return Array.isArray(services) ? services : [];
}
