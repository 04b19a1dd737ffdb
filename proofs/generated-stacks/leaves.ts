import { pathSteps } from '../../operator/src/api/structural.ts';
import { validateStack, valuesAt } from '../../operator/src/api/validate.ts';
import { offlineInput } from '../../operator/src/desired/offline.ts';
import { buildStack } from '../../operator/src/desired/stack.ts';
import { type Random, randomFrom } from '../random.ts';
import { draw } from './draw.ts';
import { type Members, put, stepsOf, valueAt } from './json.ts';
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
  ['spec.customServices[].version', 'is refused beside image, which is required'],
  ...inRollouts('revisionHistoryLimit').map((path) => [path, 'counts revisions that came before'] as const),
  ...inRollouts('onSecretChange').map((path) => [path, 'takes effect when a Secret changes'] as const),
  ...inRollouts('strategy').map((path) => [path, 'takes effect when a revision follows another'] as const),
  ...inRollouts('canary.steps[].weight', 'canary.steps[].hold.type', 'canary.steps[].hold.duration').map(
    (path) => [path, 'takes effect as time passes'] as const,
  ),
  ...inRollouts(
    ...['interval', 'failureLimit', 'metrics[].name', 'metrics[].provider'],
    ...['metrics[].query', 'metrics[].min', 'metrics[].max'],
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
  if (!repair(schema, document, random)) return undefined;
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
  if (!midRollout) return JSON.stringify(buildStack(offlineInput(judged.stack, [])));
  const names = [...(judged.stack.spec.services ?? []), ...(judged.stack.spec.customServices ?? [])].map(
    ({ name }) => name,
  );
  const history = [
    { revision: 'olderolder', version: 'v0', result: 'Promoted', at: '2026-01-01T00:00:00Z' } as const,
  ];
  const services = [...names, 'monolith'].map((name) => ({ name, stableRevision: 'olderolder', history }));
  return JSON.stringify(buildStack(offlineInput({ ...judged.stack, status: { services } }, [])));
}

/** Leaves that are listed as behavioural and that the schema does not have. */
export function unknownLeaves(schema: SchemaNode): string[] {
  const known = new Set(nodesBelow(schema.properties?.['spec'] ?? {}, 'spec').map(({ path }) => path));
  return [...behavioural.keys()].filter((path) => !known.has(path));
}
