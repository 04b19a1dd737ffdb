import { ownedFields, project } from '../kube/fields.ts';
import { KubeError } from '../kube/kube.ts';
import { at, describe, type KubeObject, referenceOf } from '../kube/object.ts';
import { until } from '../kube/wait.ts';
import { percentile } from '../percentile.ts';
import { type Context, deadlineFactor, type Outcome, type Proof } from '../proof.ts';
import type { Random } from '../random.ts';
import { objectsOf, untilReady } from '../stack.ts';
import type { Target } from '../target.ts';
import { drawEdits } from './edit.ts';
import { driftMutants } from './mutants.ts';
import { type Action, drawPlan, type Sample } from './plan.ts';

/** Milliseconds within which what was changed by hand is back. */
const figure = 2000;

/** What was done, and how to see that it was undone; undefined when the API server lets nobody do it. */
type Disturbance = { readonly what: string; isUndone(live: KubeObject | undefined): boolean };

export const drift: Proof = {
  name: 'drift',
  sentence:
    'Whatever is deleted, edited, stripped of its labels or added by hand among the objects of a running stack (volumes excluded) is back as desired within 2 s.',
  minimum: 30,
  minutes: 15,
  mutants: driftMutants,
  run: async (context) => {
    const target = await context.target();
    context.say('waiting for Ready');
    await untilReady(target.kube, target.stack);
    const before = await objectsOf(target.kube, target.stack);
    const plan = drawPlan(before, context.random);
    context.say(`${before.length} objects, ${plan.length} samples`);
    const seen = await takeSamples(target, plan, context);
    const ends = await sameAsBefore(target, before, context);
    return toOutcome(plan.length, { ...seen, failures: [...seen.failures, ...ends] });
  },
};

type Seen = { latencies: [Action, number][]; failures: string[]; impossible: number };

async function takeSamples(target: Target, plan: readonly Sample[], context: Context): Promise<Seen> {
  const seen: Seen = { latencies: [], failures: [], impossible: 0 };
  for (const sample of plan) {
    if (Date.now() >= context.endsAt || (context.stopAtFailure && seen.failures.length > 0)) break;
    const result = await takeSample(target, sample, context.random);
    if (result === undefined) seen.impossible++;
    else if (typeof result === 'string') {
      seen.failures.push(result);
      context.say(`FAILED  ${result}`);
    } else seen.latencies.push([sample.action, result]);
  }
  return seen;
}

/** Milliseconds until the object was back, a sentence when it was not, undefined when the sample is not possible. */
async function takeSample(
  { kube }: Target,
  sample: Sample,
  random: Random,
): Promise<number | string | undefined> {
  const reference = referenceOf(sample.object);
  const live = await kube.get(reference);
  if (live === undefined) return `${describe(reference)} was gone before it was touched`;
  const deadline = figure * deadlineFactor;
  const started = performance.now();
  const disturbance = await disturb(kube, live, sample.action, random);
  if (disturbance === undefined) return undefined;
  const added = sample.action === 'add' ? { ...reference, name: `${reference.name}-x` } : reference;
  const undone = await until(
    async () => (disturbance.isUndone(await kube.get(added)) ? true : undefined),
    deadline,
    40,
  );
  if (undone) return performance.now() - started;
  if (sample.action === 'add') await kube.delete(added);
  return `${disturbance.what}: not undone within ${deadline / 1000} s`;
}

async function disturb(
  kube: Target['kube'],
  live: KubeObject,
  action: Action,
  random: Random,
): Promise<Disturbance | undefined> {
  const reference = referenceOf(live);
  const trie = ownedFields(live) ?? {};
  const wanted = JSON.stringify(project(live, trie));
  const isSame = (now: KubeObject | undefined) =>
    now !== undefined &&
    now.metadata.deletionTimestamp === undefined &&
    (Object.keys(trie).length === 0 || JSON.stringify(project(now, trie)) === wanted) &&
    JSON.stringify(containersOf(now)) === JSON.stringify(containersOf(live)) &&
    JSON.stringify(portsOf(now)) === JSON.stringify(portsOf(live));
  switch (action) {
    case 'delete':
      await kube.delete(reference, live.metadata.uid);
      return {
        what: `${describe(reference)} deleted`,
        isUndone: (now) => isSame(now) && now?.metadata.uid !== live.metadata.uid,
      };
    case 'strip': {
      const none = Object.fromEntries(Object.keys(live.metadata.labels ?? {}).map((label) => [label, null]));
      await kube.merge(reference, { metadata: { labels: none } });
      return { what: `${describe(reference)} stripped of its labels`, isUndone: isSame };
    }
    case 'add':
      await kube.create(copyOf(live));
      return {
        what: `${live.kind} ${live.metadata.name}-x added`,
        isUndone: (now) => now === undefined || now.metadata.deletionTimestamp !== undefined,
      };
    case 'edit':
      for (const edit of drawEdits(live, trie, random)) {
        const edited = await kube.edit(reference, [edit]).catch((error: unknown) => {
          if (error instanceof KubeError && error.status !== 409) return undefined;
          throw error;
        });
        if (edited === undefined || JSON.stringify(project(edited, trie)) === wanted) continue;
        return { what: `${describe(reference)}: ${JSON.stringify(edit)}`, isUndone: isSame };
      }
      return undefined;
  }
}

// What had its key edited is nobody's afterwards, yet it must not stay beside what came back under that key.
const containersOf = (object: KubeObject) => {
  const containers = at(object, 'spec', 'template', 'spec', 'containers');
  const variables = Array.isArray(containers)
    ? containers.map((each) => namesIn(at(each, 'env'), 'name'))
    : [];
  return [namesIn(containers, 'name'), variables];
};
const portsOf = (object: KubeObject) => namesIn(at(object, 'spec', 'ports'), 'port');

function namesIn(list: unknown, key: string): string[] {
  return Array.isArray(list) ? list.map((item) => String(at(item, key))).sort() : [];
}

/** The same object under another name, as a person makes it from `kubectl get -o yaml`. */
function copyOf(live: KubeObject): KubeObject {
  const { name, namespace, labels, annotations, ownerReferences } = live.metadata;
  const { apiVersion, kind, metadata: _metadata, status: _status, spec, ...rest } = live;
  // A Service's addresses are its own; a copy gets others.
  const { clusterIP: _ip, clusterIPs: _ips, healthCheckNodePort: _port, ...copied } = Object(spec);
  return {
    ...{ apiVersion, kind, ...rest },
    metadata: { name: `${name}-x`, namespace, labels, annotations, ownerReferences },
    ...(spec === undefined ? {} : { spec: copied }),
  };
}

async function sameAsBefore(
  { kube, stack }: Target,
  before: readonly KubeObject[],
  context: Context,
): Promise<string[]> {
  context.say('waiting for Ready');
  await untilReady(kube, stack);
  const key = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;
  const after = new Map((await objectsOf(kube, stack)).map((object) => [key(object), object]));
  const changed = before.flatMap((object) => {
    const now = after.get(key(object));
    after.delete(key(object));
    const trie = ownedFields(object);
    if (now === undefined) return [`${key(object)} is gone at the end`];
    const same =
      trie === undefined || JSON.stringify(project(now, trie)) === JSON.stringify(project(object, trie));
    return same ? [] : [`${key(object)} is not what it was before`];
  });
  return [...changed, ...[...after.keys()].map((extra) => `${extra} is there at the end and was not before`)];
}

function toOutcome(of: number, { latencies, failures, impossible }: Seen): Outcome {
  const times = latencies.map(([, time]) => time);
  const counted = (action: Action) => latencies.filter(([done]) => done === action).length;
  return {
    done: latencies.length,
    of: of - impossible,
    failures,
    figures: {
      p50Ms: Math.round(percentile(times, 0.5)),
      p95Ms: Math.round(percentile(times, 0.95)),
      maxMs: Math.round(percentile(times, 1)),
      within2s: times.filter((time) => time <= figure).length,
      gateMs: figure * deadlineFactor,
      deleted: counted('delete'),
      edited: counted('edit'),
      stripped: counted('strip'),
      added: counted('add'),
      impossible,
    },
  };
}
