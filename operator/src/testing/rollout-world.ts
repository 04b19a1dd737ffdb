import type { PendingAction } from '../rollout/action.ts';
import type { Round } from '../rollout/analysis.ts';
import type { RolloutDecision } from '../rollout/decision.ts';
import { step } from '../rollout/machine.ts';
import { memoryOf, toStatus } from '../rollout/memory.ts';
import type { Confirmation, DeploymentSeen, RolloutWish, Weights } from '../rollout/seen.ts';

/** One Deployment of the simulated service; pods follow `wanted` when the world lets them. */
type SimulatedDeployment = {
  revision: string;
  role: 'stable' | 'canary' | 'leaving';
  wanted: number;
  pods: number;
  ready: number;
  /** Revisions of the pods that run, so that a restart shows. */
  template: string;
};

/** A service, its mesh and its operator's memory, as a test may change them. */
export type RolloutWorld = {
  now: number;
  wish: RolloutWish;
  status: NonNullable<Parameters<typeof memoryOf>[0]>;
  deployments: Map<string, SimulatedDeployment>;
  /** What the API server stores of the route, and what the proxies have. */
  told: Weights;
  proxies: Weights;
  /** Revisions that the DestinationRule has subsets of, and those of which the proxies know. */
  subsets: readonly string[];
  meshReadable: boolean;
  actions: PendingAction[];
  /** Answers by uid, as written to the actions. */
  answers: Map<string, string>;
  round?: Round;
  records: Set<string>;
};

/** Where a turn of the operator dies: before anything, behind the status, or behind so many writes. */
export type Death = { readonly after: number };

/** A world in which `old` runs whole. */
export function rolloutWorld(wish: Partial<RolloutWish> = {}): RolloutWorld {
  const world: RolloutWorld = {
    now: Date.parse('2026-02-03T04:05:06Z'),
    wish: {
      service: 'user',
      object: 'user-service',
      revision: 'r1',
      strategy: 'Canary',
      replicas: 4,
      steps: [{ weight: 10, holdSeconds: 300 }, { weight: 50 }],
      paused: false,
      stackPaused: false,
      metrics: [],
      failureLimit: 0,
      deadlineSeconds: 600,
      guarded: true,
      ...wish,
    },
    status: { name: 'user' },
    deployments: new Map(),
    told: {},
    proxies: {},
    subsets: ['r1'],
    meshReadable: true,
    actions: [],
    answers: new Map(),
    records: new Set(['r1']),
  };
  takeTurn(world);
  runPods(world);
  takeTurn(world);
  return world;
}

/** What the operator would decide now. */
export function decide(world: RolloutWorld): RolloutDecision {
  const deployments = [...world.deployments].map(
    ([deployment, one]): DeploymentSeen => ({
      ...{ deployment, revision: one.revision, role: one.role, wanted: one.wanted, pods: one.pods },
      ...{ ready: one.ready, settled: one.ready >= one.wanted && one.pods === one.wanted },
    }),
  );
  return step(
    memoryOf(world.status),
    world.wish,
    {
      deployments,
      confirmation: (weights) => ({ confirmation: confirmed(world, weights) }),
      actions: world.actions,
      recorded: [...world.records],
      ...(world.round && { round: world.round }),
    },
    world.now,
  );
}

function confirmed(world: RolloutWorld, weights: Weights): Confirmation {
  if (!world.meshReadable) return 'Unknown';
  // What is on its way to the proxies may overtake what they have, so both have to agree.
  const all = [world.told, world.proxies];
  return all.every((some) => sameWeights(some, weights)) ? 'Confirmed' : 'Pending';
}

/** Whether two routes send the same shares to the same revisions. */
export function sameWeights(one: Weights, other: Weights): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (revision) => (one[revision] ?? 0) === (other[revision] ?? 0),
  );
}

/** What a decision tells the mesh. */
export function routeWeights(decision: RolloutDecision): Weights {
  const { route, stable, canary } = decision;
  if (route === 'Host') return {};
  if (route === 'Stable' || canary === undefined) return { [stable.revision]: 100 };
  if (route === 'Canary') return { [canary.revision]: 100 };
  return { [stable.revision]: 100 - canary.weight, [canary.revision]: canary.weight };
}

/** One turn of the operator, which may die in it; returns what it had decided. */
export function takeTurn(
  world: RolloutWorld,
  death: Death = { after: Number.POSITIVE_INFINITY },
): RolloutDecision {
  const decision = decide(world);
  const writes = [
    () => remember(world, decision),
    ...lanesOf(world, decision).map((lane) => () => place(world, lane)),
    () => {
      world.subsets = subsetsOf(world, decision);
    },
    () => {
      world.told = routeWeights(decision);
    },
    ...decision.retiring.map(
      ({ deployment }) =>
        () =>
          void world.deployments.delete(deployment),
    ),
    () => answerActions(world, decision),
  ];
  // A paused stack writes its status, takes traffic away, and answers.
  const allowed = world.wish.stackPaused
    ? writes.filter((_, index) => index === 0 || index === writes.length - 1)
    : writes;
  for (const write of allowed.slice(0, death.after)) write();
  if (world.wish.stackPaused && decision.route === 'Stable' && death.after > 1)
    world.told = routeWeights(decision);
  return decision;
}

function remember(world: RolloutWorld, decision: RolloutDecision): void {
  const { turn, stable } = decision;
  if (turn === undefined) return;
  const living = [...world.deployments.values()].find(({ revision }) => revision === stable.revision);
  const whole = living !== undefined && living.ready >= living.wanted && living.pods === living.wanted;
  const at = new Date(world.now).toISOString();
  let history = world.status.history ?? [];
  for (const { revision, result } of turn.endings)
    history = [{ revision, version: '', result, at }, ...history];
  const last = history.find(({ result }) => result === 'Promoted');
  if (whole && last?.revision !== stable.revision) {
    history = [{ revision: stable.revision, version: '', result: 'Promoted', at }, ...history];
  }
  // As it comes back from the API server.
  world.status = JSON.parse(
    JSON.stringify({ name: 'user', history: history.slice(0, 10), ...toStatus(turn.memory) }),
  ) as RolloutWorld['status'];
}

type PlacedLane = {
  deployment: string;
  revision: string;
  role: SimulatedDeployment['role'];
  replicas: number;
};

function lanesOf(world: RolloutWorld, { stable, canary, leaving = [] }: RolloutDecision): PlacedLane[] {
  return [
    { ...stable, role: 'stable', replicas: world.wish.replicas },
    ...(canary ? [{ ...canary, role: 'canary' as const }] : []),
    ...leaving.map((one) => ({ ...one, role: 'leaving' as const })),
  ];
}

function place(world: RolloutWorld, { deployment, revision, role, replicas }: PlacedLane): void {
  const known = world.deployments.get(deployment);
  world.records.add(revision);
  if (known === undefined) {
    world.deployments.set(deployment, {
      revision,
      role,
      wanted: replicas,
      pods: 0,
      ready: 0,
      template: revision,
    });
    return;
  }
  Object.assign(known, { role, wanted: replicas, revision, template: revision });
}

function subsetsOf(
  world: RolloutWorld,
  { stable, canary, leaving = [], retiring, coming }: RolloutDecision,
): string[] {
  const living = retiring.filter(({ deployment }) => world.deployments.has(deployment));
  const places = [stable, ...(canary ? [canary] : []), ...leaving, ...living].map(({ revision }) => revision);
  return [...new Set([...places, ...(coming === undefined ? [] : [coming])])];
}

function answerActions(world: RolloutWorld, { turn }: RolloutDecision): void {
  for (const { uid, result, reason } of turn?.results ?? []) {
    world.answers.set(uid, `${result} ${reason}`);
    world.actions = world.actions.filter((action) => action.uid !== uid);
  }
}

/** The pods of every Deployment, or of the revisions named, run as wanted. */
export function runPods(world: RolloutWorld, ready: Readonly<Record<string, number>> = {}): void {
  for (const one of world.deployments.values()) {
    one.pods = one.wanted;
    one.ready = Math.min(one.pods, ready[one.revision] ?? one.wanted);
  }
}

/** The proxies take what the mesh was told. */
export function syncProxies(world: RolloutWorld): void {
  world.proxies = world.told;
}

/** Turns, pods and proxies until nothing changes; time stands still. */
export function settle(world: RolloutWorld, ready: Readonly<Record<string, number>> = {}): void {
  for (let round = 0; round < 40; round++) {
    const before = snapshot(world);
    takeTurn(world);
    runPods(world, ready);
    syncProxies(world);
    if (snapshot(world) === before) return;
  }
  throw new Error(`the rollout does not come to rest: ${JSON.stringify(world.status)}`);
}

/** Time passes in one go. */
export function wait(world: RolloutWorld, seconds: number): void {
  world.now += seconds * 1000;
}

/** Somebody asks for something; the action names the running rollout unless told otherwise. */
export function ask(
  world: RolloutWorld,
  verb: PendingAction['verb'],
  fields: Partial<PendingAction> = {},
): string {
  const uid = fields.uid ?? `uid-${world.actions.length}-${world.answers.size}-${world.now}`;
  world.actions.push({
    uid,
    name: uid,
    verb,
    overrideFreeze: false,
    createdAt: world.now,
    expiresAt: world.now + 300_000,
    requestedBy: 'jane',
    reason: 'because',
    ...(world.status.rolloutID !== undefined &&
      ['Promote', 'PromoteFully', 'SetWeight', 'Retry'].includes(verb) && {
        rolloutID: world.status.rolloutID,
      }),
    ...fields,
  });
  return uid;
}

function snapshot({ status, deployments, told, proxies }: RolloutWorld): string {
  return JSON.stringify([status, [...deployments], told, proxies]);
}
