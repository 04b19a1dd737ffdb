import { canonicalJson } from '../../operator/src/api/hash.ts';
import { validateStack } from '../../operator/src/api/validate.ts';
import { type Kube, KubeError } from '../kube/kube.ts';
import { at } from '../kube/object.ts';
import type { Random } from '../random.ts';
import { type Broken, drawBroken, type Flaw, flaws, nameOf } from './broken.ts';
import { beyondLimits, objectsOf } from './objects.ts';
import type { SchemaNode } from './schema.ts';
import { drawStack, type Stack, type Stratum, strata } from './stack.ts';
import { spelt } from './wire.ts';

/** One stack that the API server is asked about: valid, or with one flaw. */
export type Sample =
  | { readonly seed: number; readonly stratum: Stratum }
  | { readonly seed: number; readonly flaw: Flaw };

/** So many samples: half of them valid, half broken, every kind of flaw in turn, in a drawn order. */
export function planSamples(random: Random, total: number): Sample[] {
  const shares: readonly Stratum[] = ['sparse', 'usual', 'usual', 'dense', 'extreme'];
  let order: Flaw[] = [];
  return Array.from({ length: total }, (_, index): Sample => {
    const seed = random.integer(1, 2 ** 31);
    if (index % 2 === 1) {
      if (order.length === 0) order = random.shuffle(flaws);
      return { seed, flaw: order.pop() ?? random.pick(flaws) };
    }
    // Stacks as large as they get take long to draw, so few are.
    return { seed, stratum: random.next() < 0.02 ? 'huge' : random.pick(shares) };
  });
}

/** Names a sample so that it can be drawn again. */
export function describeSample(sample: Sample): string {
  return `${'flaw' in sample ? nameOf(sample.flaw) : sample.stratum} stack of seed ${sample.seed}`;
}

/** Asks the API server about one sample; a sentence for each thing that is not as it should be. */
export async function judgeSample(kube: Kube, schema: SchemaNode, sample: Sample): Promise<string[]> {
  try {
    const found =
      'flaw' in sample
        ? await judgeBroken(kube, drawBroken(schema, sample.seed, sample.flaw))
        : await judgeValid(kube, drawStack(schema, sample.seed, strata[sample.stratum]));
    return found.map((what) => `${describeSample(sample)}: ${what}`);
  } catch (error) {
    return [
      `${describeSample(sample)}: ${error instanceof Error ? error.message.slice(0, 400) : String(error)}`,
    ];
  }
}

async function judgeValid(kube: Kube, stack: Stack): Promise<string[]> {
  const answer = await dryRun(kube, stack);
  if (answer instanceof KubeError) return [`refused although valid: ${answer.message.slice(0, 400)}`];
  const sent: unknown = JSON.parse(JSON.stringify(stack));
  const offline = validateStack(sent);
  if (!offline.ok) {
    const [problem] = offline.problems;
    return [`accepted, and refused offline at ${problem?.path}: ${problem?.message}`];
  }
  const defaulted = canonicalJson(offline.stack.spec) === canonicalJson(at(answer, 'spec'));
  return [
    ...(defaulted ? [] : ['the API server fills in other defaults than the operator']),
    ...beyondLimits(objectsOf(sent)),
  ];
}

async function judgeBroken(kube: Kube, { stack, path }: Broken): Promise<string[]> {
  const answer = await dryRun(kube, stack);
  const offline = validateStack(JSON.parse(JSON.stringify(stack)));
  const offlinePaths = offline.ok ? [] : offline.problems.map((problem) => problem.path);
  return [
    ...judgePaths('the API server', answer instanceof KubeError ? refusedPaths(answer) : [], path),
    ...judgePaths('offline validation', offlinePaths, path),
  ];
}

/** A sentence unless exactly the wanted path is named. */
export function judgePaths(who: string, named: readonly string[], wanted: string): string[] {
  if (named.length === 0) return [`${who} accepts it although ${wanted} is broken`];
  const all = [...new Set(named)];
  return all.length === 1 && all[0] === wanted ? [] : [`${who} names ${all.join(', ')} instead of ${wanted}`];
}

/** The paths that a refusal names: its causes, or what strict decoding says that it does not know. */
export function refusedPaths(error: Pick<KubeError, 'status' | 'fields' | 'message'>): string[] {
  // The API server adds that rules were not looked at because of the schema; that names no field.
  const fields = error.fields.filter((field) => field !== '<nil>');
  if (fields.length > 0) return fields;
  const unknown = [...error.message.matchAll(/unknown field "([^"]+)"/g)].flatMap(([, path]) => path ?? []);
  return unknown.length > 0 ? unknown : [`no field (${error.status}: ${error.message.slice(0, 200)})`];
}

async function dryRun(kube: Kube, stack: Stack): Promise<unknown> {
  try {
    return await kube.create({ ...stack, spec: spelt(stack.spec) }, { dryRun: true });
  } catch (error) {
    if (error instanceof KubeError && error.status < 500) return error;
    throw error;
  }
}
