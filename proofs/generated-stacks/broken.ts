import { pathSteps } from '../../operator/src/api/structural.ts';
import { type Random, randomFrom } from '../random.ts';
import { type FaultKind, faultKinds, faultsIn, withFault } from './faults.ts';
import { type Members, membersOf, valueAt } from './json.ts';
import { repair } from './repair.ts';
import { breachesOf, type Site, sites } from './rules.ts';
import type { SchemaNode } from './schema.ts';
import { spoil } from './spoil.ts';
import { asStack, drawDocument, drawStack, type Stack, strata } from './stack.ts';

/** A stack that is wrong in exactly one place, and the path that whoever refuses it has to name. */
export type Broken = { readonly stack: Stack; readonly path: string; readonly what: string };

/** Everything that can be wrong: each kind of fault, and each rule at each node that carries it. */
export type Flaw = { readonly kind: FaultKind } | { readonly site: Site };

export const flaws: readonly Flaw[] = [
  ...faultKinds.map((kind) => ({ kind })),
  ...sites.map((site) => ({ site })),
];

/** One word or two for a flaw. */
export function nameOf(flaw: Flaw): string {
  if ('kind' in flaw) return flaw.kind;
  const { rule, at } = flaw.site;
  return `${rule.code} at ${`${at}${rule.field ?? ''}`.replace(/^\./, '')}`;
}

/** A stack with this flaw and no other. The same seed draws the same stack. */
export function drawBroken(schema: SchemaNode, seed: number, flaw: Flaw): Broken {
  return 'kind' in flaw ? drawFaulty(schema, seed, flaw.kind) : drawBreaching(schema, seed, flaw.site);
}

function drawFaulty(schema: SchemaNode, seed: number, kind: FaultKind): Broken {
  const random = randomFrom(seed);
  const spec = schema.properties?.['spec'] ?? {};
  for (let attempt = 0; attempt < 200; attempt++) {
    const style = random.pick([strata.sparse, strata.usual, strata.usual, strata.dense]);
    const stack = drawStack(schema, random.integer(1, 2 ** 31), style);
    const places = faultsIn(spec, stack.spec, ['spec'], 'spec').filter((fault) => fault.kind === kind);
    if (places.length === 0) continue;
    const fault = random.pick(places);
    try {
      const broken = asStack(membersOf(withFault(stack, fault, random)));
      if (breaksRules(schema, broken)) continue;
      return { stack: broken, path: fault.path, what: kind };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new Error(`seed ${seed}: no stack has a place for the fault ${kind}`);
}

/** Whether the fault breaks a rule too, such as a group that is there twice and names its services twice. */
function breaksRules(schema: SchemaNode, broken: Stack): boolean {
  try {
    return breachesOf(schema, broken).length > 0;
  } catch {
    // A rule that cannot be evaluated is not broken.
    return false;
  }
}

function drawBreaching(schema: SchemaNode, seed: number, site: Site): Broken {
  const random = randomFrom(seed);
  for (let attempt = 0; attempt < 400; attempt++) {
    const found = breachOf(schema, site, random, attempt);
    if (found !== undefined) return found;
  }
  throw new Error(`seed ${seed}: no stack breaks only ${site.rule.code} at ${site.at}`);
}

/** A drawn stack in which every other rule is repaired; undefined when this one is not broken in exactly one place then. */
function breachOf(schema: SchemaNode, site: Site, random: Random, attempt: number): Broken | undefined {
  const style = { ...(attempt % 2 === 0 ? strata.sparse : strata.usual), force: pathSteps(site.at) };
  const document: Members = drawDocument(schema, random, style);
  spoil(document, site, random);
  if (!repair(schema, document, random, site)) return undefined;
  const [breach, ...others] = breachesOf(schema, document);
  if (breach === undefined || others.length > 0 || breach.site.at !== site.at) return undefined;
  if (breach.site.rule !== site.rule || valueAt(document, ['spec']) === undefined) return undefined;
  return { stack: asStack(document), path: breach.path, what: site.rule.code };
}
