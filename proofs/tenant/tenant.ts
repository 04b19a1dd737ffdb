import { AuditMark } from '../audit.ts';
import { type Plane, startPlane } from '../controlplane.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { smallSpec, stackObject } from '../small-stack.ts';
import { untilReady } from '../stack.ts';
import { type Arena, openArena } from './arena.ts';
import { carryOut, type Result, writeOwn } from './assault.ts';
import { type Attack, scene } from './attacks/attack.ts';
import { attacks, inTurns } from './attacks/list.ts';
import { changesOf, foreignState } from './canaries.ts';
import { showsIn, tenantMutants } from './mutants.ts';
import { judgeNeighbours } from './neighbours.ts';
import { judgePods } from './pods.ts';
import { type RightsReport, rightsOfInstallation } from './rights-run.ts';
import { trespasses } from './trespass.ts';

type Figures = Record<string, number | string>;
type Part = { readonly failures: readonly string[]; readonly figures: Figures; readonly done?: number };

/** Stacks whose pods are judged in a full run. */
const fullStacks = 300;

/** Time that an installation takes to use its rights (milliseconds); a run with less left leaves it out. */
const rightsMs = 120_000;

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
    const attacked = await assault(context, until(0.5), until(0.65));
    // Every planted bug shows in an attack.
    return toOutcome(context.stopAtFailure ? attacked : [...attacked, await besides(context)]);
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

/** The attacks, one after the other, what became of everything that is not the tenant's, and pods of other stacks. */
async function assault(context: Context, endsAt: number, podsUntil: number): Promise<Part[]> {
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
    const attacked: Part = {
      done: results.length,
      failures: [
        ...results.flatMap(({ failures }) => failures),
        ...trespasses(events, territory),
        ...changesOf(before, await foreignState(plane.kube)).map((change) => `of somebody else: ${change}`),
        ...(requests === 0 ? ['the audit log shows no request of the operator: it is blind'] : []),
      ],
      figures: { attacks: results.length, ...countEnds(results), foreignObjects: before.size, requests },
    };
    return context.stopAtFailure ? [attacked] : [attacked, await judgeDrawnPods(plane, context, podsUntil)];
  } finally {
    await arena.stop();
  }
}

async function attackAll(arena: Arena, context: Context, endsAt: number): Promise<Result[]> {
  const results: Result[] = [];
  const drawn = drawnFor(context);
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

/** All attacks, taken in turns; for a hunt those that can show its bug, and one of each kind where there is none. */
function drawnFor({ random, stopAtFailure, mutant }: Context): Attack[] {
  const drawn = inTurns(random);
  if (!stopAtFailure) return drawn;
  const kinds = mutant === undefined ? undefined : showsIn[mutant.name];
  if (kinds !== undefined) return drawn.filter(({ kind }) => kinds.includes(kind));
  return drawn.slice(0, new Set(drawn.map(({ kind }) => kind)).size);
}

function countEnds(results: readonly Result[]): Figures {
  const count = (end: Result['ended']) => results.filter(({ ended }) => ended === end).length;
  return { refused: count('Refused'), answered: count('Answered'), contained: count('Contained') };
}

/** Pods of drawn stacks, before Pod Security as the API server has it. */
async function judgeDrawnPods({ kube }: Plane, context: Context, endsAt: number): Promise<Part> {
  context.say('pods of drawn stacks');
  const pods = await judgePods(kube, context.random, { stacks: fullStacks, endsAt });
  return {
    failures: pods.failures.slice(0, 20),
    figures: { podStacks: pods.stacks, pods: pods.pods, differentPods: pods.different },
  };
}

/** Rights and neighbours, as far as there is time, on a control plane without a tenant. */
async function besides(context: Context): Promise<Part> {
  const isShort = () => Date.now() + rightsMs > context.endsAt;
  if (isShort())
    return { failures: [], figures: { rightsClusterWide: figureOf(), rightsNamespaced: figureOf() } };
  const say = (line: string) => context.say(line);
  const plane = await startPlane(say);
  try {
    const wide = await rightsOfInstallation(plane, { namespace: 'wide-system', watch: [] }, say);
    const narrow = isShort()
      ? undefined
      : await rightsOfInstallation(plane, { namespace: 'narrow-system', watch: ['narrow'] }, say);
    const neighbours = await judgeNeighbours(plane, say);
    return {
      failures: [...wide.failures, ...(narrow?.failures ?? []), ...neighbours],
      figures: {
        rightsClusterWide: figureOf(wide),
        rightsNamespaced: figureOf(narrow),
        operatorsSideBySide: 2,
      },
    };
  } finally {
    await plane.stop();
  }
}

function figureOf(report?: RightsReport): string {
  if (report === undefined) return 'not run';
  return `${report.used} of ${report.held} rights used, ${report.argued} argued`;
}
