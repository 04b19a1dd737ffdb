import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { KubeError } from './kube/kube.ts';
import type { KubeObject } from './kube/object.ts';
import type { Outcome, Proof } from './proof.ts';

const directory = join(import.meta.dirname, '../examples/invalid');

/** A file that must be refused. Its first line says where: `# refused at: spec.services[0].name : what it says`. */
export type InvalidExample = { readonly file: string; readonly path: string; readonly object: KubeObject };

export const invalid: Proof = {
  name: 'invalid',
  sentence:
    'The API server refuses each file of examples/invalid and names the path of the one place that is broken.',
  minimum: 40,
  minutes: 5,
  run: async (context) => {
    const { kube, stack } = await context.target();
    const cases = readInvalidExamples();
    const failures: string[] = [];
    for (const example of context.random.shuffle(cases)) {
      const { apiVersion, kind, metadata, ...rest } = example.object;
      const object = { apiVersion, kind, ...rest, metadata: { ...metadata, namespace: stack.namespace } };
      const answer = await kube.create(object, { dryRun: true }).catch((error: unknown) => {
        if (error instanceof KubeError) return error;
        throw error;
      });
      const problem = judgeRefusal(example, answer instanceof KubeError ? answer : undefined);
      if (problem !== undefined) failures.push(problem);
    }
    return {
      done: cases.length,
      of: cases.length,
      failures,
      figures: { files: cases.length },
    } satisfies Outcome;
  },
};

/** Reads every file of examples/invalid. Throws for one that does not say where it is broken. */
export function readInvalidExamples(): InvalidExample[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const text = readFileSync(join(directory, file), 'utf8');
    const path = /^# refused at: (\S+) : /m.exec(text)?.[1];
    if (path === undefined) throw new Error(`examples/invalid/${file} does not say where it is refused`);
    // Whatever the file holds is sent as it is; the API server is the judge.
    return { file, path, object: load(text) as KubeObject };
  });
}

/** A sentence when the answer is not the refusal that the file announces. */
export function judgeRefusal(
  { file, path }: Pick<InvalidExample, 'file' | 'path'>,
  error?: Pick<KubeError, 'status' | 'fields' | 'message'>,
): string | undefined {
  if (error === undefined) return `${file}: accepted, although ${path} is broken`;
  if (error.status !== 422 && error.status !== 400) return `${file}: ${error.message}`;
  if (error.fields.includes(path) || (error.fields.length === 0 && error.message.includes(path)))
    return undefined;
  return `${file}: refused for ${error.fields.join(', ') || error.message} instead of ${path}`;
}
