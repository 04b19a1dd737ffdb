import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { kindOf } from '../operator/src/api/kinds.ts';
import type { Kube } from './kube/kube.ts';
import { describe, type KubeObject, referenceOf } from './kube/object.ts';
import { until } from './kube/wait.ts';
import type { Context, Proof } from './proof.ts';
import { conditionOf, isReady, objectsOf, stackReference } from './stack.ts';
import { missing } from './subset.ts';
import type { Target } from './target.ts';
import { makeRunnable, versionsIn } from './version.ts';

const root = join(import.meta.dirname, '..');

/** Names images and Secrets that do not exist; rendered and accepted elsewhere. */
const renderedOnly = new Set(['requirements.yaml']);

/** Milliseconds after deletion in which everything of a stack has to be gone. */
const goneWithin = 60_000;

/** A stack of examples/ and the objects that its golden file wants. */
export type Example = {
  readonly file: string;
  readonly stack: KubeObject;
  /** What the stack refers to and the file brings along, such as Secrets. */
  readonly companions: readonly KubeObject[];
  readonly golden: readonly KubeObject[];
};

export const examples: Proof = {
  name: 'examples',
  sentence:
    'Each stack of examples/ is accepted, reaches Ready in a namespace of its own, is in the cluster what its golden file says, and leaves nothing 60 s after it is deleted.',
  minimum: 1,
  minutes: 30,
  run: async (context) => {
    const target = await context.target();
    const all = context.random.shuffle(readExamples());
    const failures: string[] = [];
    let [done, objects] = [0, 0];
    for (const example of all) {
      if (done > 0 && Date.now() >= context.endsAt) break;
      context.say(example.file);
      const found = await tryExample(target, example, context);
      failures.push(...found.map((problem) => `${example.file}: ${problem}`));
      objects += example.golden.length;
      done++;
    }
    return { done, of: all.length, failures, figures: { examples: done, objects } };
  },
};

/** Every example with its golden file. Throws for one that has none. */
export function readExamples(): Example[] {
  const files = readdirSync(join(root, 'examples')).filter(
    (file) => file.endsWith('.yaml') && !renderedOnly.has(file),
  );
  return files.sort().map((file) => {
    const name = file.replace(/\.yaml$/, '');
    const golden = join(root, 'operator/test/golden', name, 'expected.yaml');
    if (!existsSync(golden)) throw new Error(`examples/${file} has no golden file ${golden}`);
    // Files of this repository, checked by the API server and by the operator's own tests.
    const objects = loadAll(readFileSync(join(root, 'examples', file), 'utf8')) as KubeObject[];
    const stack = objects.find(({ kind }) => kind === 'EcommerceStack');
    if (stack === undefined) throw new Error(`examples/${file} holds no EcommerceStack`);
    return {
      ...{ file, stack, companions: objects.filter((object) => object !== stack) },
      golden: loadAll(readFileSync(golden, 'utf8')) as KubeObject[],
    };
  });
}

async function tryExample(target: Target, example: Example, context: Context): Promise<string[]> {
  const { kube } = target;
  const { name, namespace = 'default' } = example.stack.metadata;
  const running = namespace === target.stack.namespace && name === target.stack.name;
  if (running) return compare(kube, example.golden, namespace);
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  try {
    await makeRunnable(versionsIn(example.stack), context);
    for (const object of [...example.companions, example.stack]) {
      await kube.apply({ ...object, metadata: { ...object.metadata, namespace } });
    }
    const reference = stackReference({ namespace, name });
    const ready = await until(
      async () => (isReady(await kube.get(reference)) ? true : undefined),
      300_000,
      500,
    );
    const problems = ready ? await compare(kube, example.golden, namespace) : [await whyNot(kube, reference)];
    await kube.delete(reference);
    return [...problems, ...(await leftOver(kube, { namespace, name }))];
  } finally {
    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  }
}

/** Where the cluster does not hold what a golden file wants, leaving out objects of Kinds that it does not serve. */
export async function compare(
  kube: Kube,
  golden: readonly KubeObject[],
  namespace: string,
): Promise<string[]> {
  const found = await Promise.all(
    golden.map(async (wanted) => {
      if (!(await isServed(kube, wanted))) return [];
      const reference = { ...referenceOf(wanted), namespace: wanted.metadata.namespace ?? namespace };
      const live = await kube.get(reference);
      if (live === undefined) return [`${describe(reference)} is not in the cluster`];
      // A generated Secret has values that no file can know; that it holds its keys is told by `data`.
      const { stringData, ...comparable } = wanted;
      const keys = Object.keys(Object(stringData)).filter((key) => !(key in Object(live['data'])));
      return [
        ...missing(comparable, live).map((problem) => `${describe(reference)} ${problem}`),
        ...keys.map((key) => `${describe(reference)} lacks key ${key}`),
      ];
    }),
  );
  return found.flat();
}

/** False only for Kinds that belong to something which a cluster may lack. */
async function isServed(kube: Kube, { apiVersion, kind }: KubeObject): Promise<boolean> {
  if (kindOf({ apiVersion, kind }).needs === undefined) return true;
  return kube.collectionOf(apiVersion, kind).then(
    () => true,
    () => false,
  );
}

async function whyNot(kube: Kube, reference: ReturnType<typeof stackReference>): Promise<string> {
  const stack = await kube.get(reference);
  const ready = stack && conditionOf(stack, 'Ready');
  return `not Ready within 300 s: ${ready?.reason ?? 'no condition'}: ${ready?.message ?? ''}`;
}

/** What still carries the stack's label after the time that a deletion may take. */
async function leftOver(kube: Kube, stack: { namespace: string; name: string }): Promise<string[]> {
  const remains = async () => {
    const pods = await kube.list('v1', 'Pod', {
      namespace: stack.namespace,
      labels: `ecommercestack.dev/stack=${stack.name}`,
    });
    return [...(await objectsOf(kube, stack)), ...pods];
  };
  const gone = await until(async () => ((await remains()).length === 0 ? true : undefined), goneWithin, 500);
  if (gone) return [];
  return (await remains()).map(
    (object) => `${describe(referenceOf(object))} is left 60 s after the deletion`,
  );
}
