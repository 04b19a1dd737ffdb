import { AuditMark } from '../audit.ts';
import { startPlane } from '../controlplane.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { untilReady } from '../stack.ts';
import { type Arena, openArena } from './arena.ts';
import { carryOut, type Result, writeOwn } from './assault.ts';
import { scene } from './attacks/attack.ts';
import { attacks, inTurns } from './attacks/list.ts';
import { changesOf, foreignState } from './canaries.ts';
import { tenantMutants } from './mutants.ts';
import { judgeNeighbours } from './neighbours.ts';
import { judgePods } from './pods.ts';
import { type RightsReport, rightsOfInstallation } from './rights-run.ts';
import { trespasses } from './trespass.ts';

type Figures = Record<string, number | string>;
type Part = { readonly failures: readonly string[]; readonly figures: Figures; readonly done?: number };

/** Stacks whose pods are judged in a full run. */
const fullStacks = 300;

/** Time that a namespaced installation takes to use its rights (milliseconds); a run with less left leaves it out. */
const narrowMs = 120_000;

export const tenant: Proof = {
  name: 'tenant',
  sentence:
    'A tenant with rights in one namespace makes the operator read, write and route nothing outside it; the operator holds the rights it uses and no other; pods pass Pod Security restricted.',
  minimum: 100,
  minutes: 15,
  mutants: tenantMutants,
  selfContained: true,
  run: async (context) => {
    const total = context.endsAt - Date.now();
    const until = (share: number) => context.endsAt - total * (1 - share);
    const parts: Part[] = [];
    for (const part of [() => assault(context, until(0.5)), () => besides(context, until(0.65))]) {
      parts.push(await part());
      if (context.stopAtFailure && parts.some(({ failures }) => failures.length > 0)) break;
    }
    return toOutcome(parts);
  },
};

function toOutcome(parts: readonly Part[]): Outcome {
  return {
    done: parts.reduce((sum, { done = 0 }) => sum + done, 0),
    of: attacks.length,
    failures: parts.flatMap(({ failures }) => failures),
    figures: Object.assign({}, ...parts.map(({ figures }) => figures)),
  };
}

/** The attacks, one after the other, and then what became of everything that is not the tenant's. */
async function assault(context: Context, endsAt: number): Promise<Part> {
  const arena = await openArena((line) => context.say(line), context.mutant);
  const { plane, installation } = arena;
  try {
    const before = await foreignState(plane.kube);
    const mark = new AuditMark(plane.auditLog);
    const results = await attackAll(arena, context, endsAt);
    context.say('the tenant gives in');
    await writeOwn(arena.tenant, stackObject(scene.tenant, scene.stack, smallSpec));
    await untilReady(plane.kube, { namespace: scene.tenant, name: scene.stack }, 120_000);
    const territory = { user: installation.user, home: installation.namespace, allowed: [scene.tenant] };
    const events = mark.since();
    const requests = events.filter(({ user }) => user === installation.user).length;
    return {
      done: results.length,
      failures: [
        ...results.flatMap(({ failures }) => failures),
        ...trespasses(events, territory),
        ...changesOf(before, await foreignState(plane.kube)).map((change) => `of somebody else: ${change}`),
        ...(requests === 0 ? ['the audit log shows no request of the operator: it is blind'] : []),
      ],
      figures: { attacks: results.length, ...countEnds(results), foreignObjects: before.size, requests },
    };
  } finally {
    await arena.stop();
  }
}

async function attackAll(arena: Arena, context: Context, endsAt: number): Promise<Result[]> {
  const results: Result[] = [];
  const drawn = inTurns(context.random);
  for (const attack of drawn) {
    if (Date.now() >= endsAt && results.length >= tenant.minimum) break;
    const result = await carryOut(attack, arena);
    results.push(result);
    for (const failure of result.failures) context.say(`FAILED  ${failure}`);
    if (results.length % 25 === 0) context.say(`${results.length} of ${drawn.length} attacks`);
    if (context.stopAtFailure && result.failures.length > 0) break;
  }
  return results;
}

function countEnds(results: readonly Result[]): Figures {
  const count = (end: Result['ended']) => results.filter(({ ended }) => ended === end).length;
  return { refused: count('Refused'), answered: count('Answered'), contained: count('Contained') };
}

/** Pods, rights and neighbours, on a control plane without a tenant. */
async function besides(context: Context, podsUntil: number): Promise<Part> {
  const { random, stopAtFailure, mutant } = context;
  const say = (line: string) => context.say(line);
  const plane = await startPlane(say);
  try {
    say('pods of drawn stacks');
    const limits = { stacks: stopAtFailure ? 10 : fullStacks, endsAt: podsUntil, stopAtFailure };
    const pods = await judgePods(plane.kube, random, limits);
    const rights = stopAtFailure && pods.failures.length > 0 ? undefined : await judgeRights(plane, context);
    const neighbours = mutant === undefined ? await judgeNeighbours(plane, say) : [];
    return {
      failures: [...pods.failures.slice(0, 20), ...(rights?.failures ?? []), ...neighbours],
      figures: {
        podStacks: pods.stacks,
        pods: pods.pods,
        differentPods: pods.different,
        ...rights?.figures,
        operatorsSideBySide: mutant === undefined ? 2 : 0,
      },
    };
  } finally {
    await plane.stop();
  }
}

async function judgeRights(
  plane: Parameters<typeof rightsOfInstallation>[0],
  context: Context,
): Promise<{ failures: string[]; figures: Figures }> {
  const { mutant, stopAtFailure } = context;
  const say = (line: string) => context.say(line);
  const wide = await rightsOfInstallation(plane, { namespace: 'wide-system', watch: [] }, say, mutant);
  const short = Date.now() + narrowMs > context.endsAt;
  const narrow =
    stopAtFailure || short
      ? undefined
      : await rightsOfInstallation(plane, { namespace: 'narrow-system', watch: ['narrow'] }, say);
  const figure = (report: RightsReport | undefined) =>
    report === undefined
      ? 'not run'
      : `${report.used} of ${report.held} rights used, ${report.argued} argued`;
  return {
    failures: [...wide.failures, ...(narrow?.failures ?? [])],
    figures: { rightsClusterWide: figure(wide), rightsNamespaced: figure(narrow) },
  };
}
