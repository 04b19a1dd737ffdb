import type { KubernetesObject } from '../../operator/src/api/object.ts';
import { pathSteps } from '../../operator/src/api/structural.ts';
import { validateStack, valuesAt } from '../../operator/src/api/validate.ts';
import { labelKeys } from '../../operator/src/desired/labels.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { intentAnnotation } from '../../operator/src/desired/revision.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';
import { type Random, randomFrom } from '../random.ts';
import { draw } from './draw.ts';
import { type Members, put, stepsOf, valueAt } from './json.ts';
import { isSteady, steady } from './pairs.ts';
import { repair } from './repair.ts';
import { breachesOf } from './rules.ts';
import { type Located, leavesBelow, nodesBelow, type SchemaNode } from './schema.ts';
import { asStack, drawDocument, type Stack, strata } from './stack.ts';

/** Two valid stacks that differ in nothing but one leaf of the spec. */
export type Pair = { readonly leaf: string; readonly before: Stack; readonly after: Stack };

const workloads = ['spec.services[]', 'spec.customServices[]', 'spec.monolith'];
const inRollouts = (...paths: string[]) =>
  workloads.flatMap((workload) => paths.map((path) => `${workload}.rollout.${path}`));

/** Leaves that say how the operator acts, not what it makes; each with the reason why no child changes by it alone. */
export const behavioural: ReadonlyMap<string, string> = new Map([
  ['spec.blueprint', 'has one value so far'],
  ['spec.eventBus.type', 'has one value so far'],
  ['spec.paused', 'keeps the operator from writing'],
  ...inRollouts('paused').map((path) => [path, 'keeps a rollout where it is'] as const),
  ...inRollouts('revisionHistoryLimit').map((path) => [path, 'counts revisions that came before'] as const),
  ...inRollouts('onSecretChange').map((path) => [path, 'takes effect when a Secret changes'] as const),
  ...inRollouts('strategy').map((path) => [path, 'takes effect when a revision follows another'] as const),
  ...inRollouts('canary.steps[].weight', 'canary.steps[].hold.type', 'canary.steps[].hold.duration').map(
    (path) => [path, 'takes effect as time passes'] as const,
  ),
  ...inRollouts(
    ...['interval', 'failureLimit', 'metrics[].name', 'metrics[].provider'],
    ...['metrics[].query', 'metrics[].min', 'metrics[].max', 'metrics[].failBelow', 'metrics[].failAbove'],
    ...['metrics[].compare', 'metrics[].onFailure'],
  ).map(
    (path) =>
      [
        path.replace('rollout.', 'rollout.canary.analysis.'),
        'takes effect while a canary is measured',
      ] as const,
  ),
  ...['groups[].name', 'groups[].stages[].services[]', 'windows[].type', 'windows[].schedule']
    .concat('windows[].duration', 'windows[].timeZone')
    .map((path) => [`spec.release.${path}`, 'decides when rollouts go on'] as const),
]);

/** Every leaf of the spec. */
export function leavesOf(schema: SchemaNode): Located[] {
  return leavesBelow(schema.properties?.['spec'] ?? {}, 'spec');
}

/** A valid stack with the leaf in it and the same with another value there; undefined where this draw gives none. */
export function drawPair(schema: SchemaNode, leaf: Located, seed: number): Pair | undefined {
  const random = randomFrom(seed);
  const style = { ...random.pick([strata.sparse, strata.usual]), force: pathSteps(leaf.path) };
  const document = drawDocument(schema, random, style);
  // A canary would keep the rest of the change waiting.
  if (!leaf.path.includes('.rollout')) steady(document);
  if (!repair(schema, document, random)) return undefined;
  if (!leaf.path.includes('.rollout') && !isSteady(document)) return undefined;
  const places = valuesAt(document, pathSteps(leaf.path), '');
  if (places.length === 0) return undefined;
  const { path } = random.pick(places);
  const after = changedAt(schema, document, leaf.node, stepsOf(path), random);
  return after && { leaf: leaf.path, before: asStack(document), after };
}

/** The document with one other value at these steps that breaks no rule. */
function changedAt(
  schema: SchemaNode,
  document: Members,
  node: SchemaNode,
  steps: ReturnType<typeof stepsOf>,
  random: Random,
): Stack | undefined {
  const given = JSON.stringify(valueAt(document, steps));
  for (let attempt = 0; attempt < 10; attempt++) {
    const copy = structuredClone(document);
    put(copy, steps, draw(node, random, { fill: 0.5, extreme: 0 }));
    const alone = breachesOf(schema, copy).length === 0;
    // A mode goes with the member that belongs to it: what has to follow the leaf does.
    if (!alone && (attempt < 8 || !repair(schema, copy, random))) continue;
    const wanted = JSON.stringify(valueAt(copy, steps));
    if (wanted === undefined || wanted === given) continue;
    if (validateStack(copy).ok) return asStack(copy);
  }
  return undefined;
}

/** Whether the two stacks make different objects, alone or while each service has an older revision beside it. */
export function makesADifference({ before, after }: Pair): boolean {
  return (
    rendered(before, false) !== rendered(after, false) || rendered(before, true) !== rendered(after, true)
  );
}

function rendered(stack: Stack, midRollout: boolean): string {
  const judged = validateStack(JSON.parse(JSON.stringify(stack)));
  if (!judged.ok) throw new Error(`not valid: ${judged.problems[0]?.path}: ${judged.problems[0]?.message}`);
  if (!midRollout) return unnamed(buildStack(offlineInput(judged.stack, [])));
  const { services = [], customServices = [] } = judged.stack.spec;
  const names = [...services, ...customServices].map(({ name }) => name);
  const at = '2026-01-01T00:00:00Z';
  const history = [{ revision: 'olderolder', version: 'v0', result: 'Promoted', at } as const];
  const rollouts = [...names, 'monolith'].map((name) => ({ name, stableRevision: 'olderolder', history }));
  return unnamed(buildStack(offlineInput({ ...judged.stack, status: { services: rollouts } }, [])));
}

/**
 * What the objects say, but for the records of revisions and the names made from them: those follow the spec whether or
 * not anything else does.
 */
function unnamed(objects: readonly KubernetesObject[]): string {
  const revisions = objects.flatMap(({ metadata }) => metadata.labels?.[labelKeys.revision] ?? []);
  const text = JSON.stringify(
    objects
      .filter(
        ({ kind, metadata }) => kind !== 'ConfigMap' || metadata.labels?.[labelKeys.revision] === undefined,
      )
      .map(({ metadata, ...content }) => ({
        ...content,
        metadata: { ...metadata, annotations: { ...metadata.annotations, [intentAnnotation]: '' } },
      })),
  );
  return [...new Set(revisions)].reduce((said, revision) => said.replaceAll(revision, 'revision'), text);
}

/** The stack without the leaf, or without the smallest part round it that may be left out; undefined where there is none. */
export function withoutLeaf({ leaf, before }: Pair): Stack | undefined {
  const [place] = valuesAt(before, pathSteps(leaf), '');
  if (place === undefined) return undefined;
  for (let steps = stepsOf(place.path); steps.length > 1; steps = steps.slice(0, -1)) {
    const copy = structuredClone(before);
    put(copy, steps, undefined);
    if (validateStack(JSON.parse(JSON.stringify(copy))).ok) return copy;
  }
  return undefined;
}

/** Leaves that are listed as behavioural and that the schema does not have. */
export function unknownLeaves(schema: SchemaNode): string[] {
  const known = new Set(nodesBelow(schema.properties?.['spec'] ?? {}, 'spec').map(({ path }) => path));
  return [...behavioural.keys()].filter((path) => !known.has(path));
}
