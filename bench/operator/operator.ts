import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { type AuditEvent, AuditMark, trafficOf } from '../../proofs/audit.ts';
import { untilCalm } from '../../proofs/calm.ts';
import { type Plane, startOperator, startPlane } from '../../proofs/controlplane.ts';
import type { Kube } from '../../proofs/kube/kube.ts';
import type { KubeObject } from '../../proofs/kube/object.ts';
import type { Bench, Context } from '../bench.ts';
import { median, orderOf, type Pair, ratioOf, round } from '../ratio.ts';
import { type Cost, costOf } from './cost.ts';
import { createAll } from './create.ts';

const root = join(import.meta.dirname, '../..');
const stackFile = 'examples/shop.yaml';
const actor = { userAgent: 'ecommercestack-operator' };
const fewestPairs = 3;
const mostPairs = 8;
const restSeconds = 30;

type Sample = Pair & Cost;

export const operator: Bench = {
  name: 'operator',
  question:
    'What a new stack and a stack at rest cost the API server, and how near the operator comes to a bare create loop.',
  minutes: 4,
  async run(context) {
    const plane = await startPlane((line) => context.say(line));
    try {
      const process = await startOperator({ ...plane, name: 'shipped' });
      try {
        const samples = await takeSamples(plane, context);
        context.say(`listening for ${restSeconds} s`);
        const rest = await trafficAtRest(plane);
        return {
          figures: {
            objectsPerSecond: round(median(samples.map(({ ours }) => ours))),
            children: median(samples.map(({ children }) => children)),
            childWrites: median(samples.map(({ childWrites }) => childWrites)),
            statusWrites: median(samples.map(({ statusWrites }) => statusWrites)),
            reads: median(samples.map(({ reads }) => reads)),
            secondsAtRest: restSeconds,
            writesAtRest: rest.writes.length,
            readsAtRest: rest.reads.length,
          },
          peers: {
            'bare create loop, 16 at a time': {
              objectsPerSecond: round(median(samples.map(({ peer }) => peer))),
            },
          },
          ratios: { objectsPerSecond: ratioOf(samples, context.seed) },
          noise: { pairs: samples.length },
        };
      } finally {
        await process.stop();
      }
    } finally {
      await plane.stop();
    }
  },
};

async function takeSamples(plane: Plane, context: Context): Promise<Sample[]> {
  const objects = await servedOf(plane.kube, rendered());
  const samples: Sample[] = [];
  while (samples.length < fewestPairs || (samples.length < mostPairs && Date.now() < context.endsAt)) {
    const pair = samples.length;
    let [cost, peer]: [Cost | undefined, number] = [undefined, 0];
    for (const name of orderOf(pair)) {
      const namespace = `${name}-${pair}`;
      await plane.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      if (name === 'ours') cost = await converge(plane, namespace);
      else peer = await createAll(plane.kube, objects, namespace);
    }
    if (cost === undefined) throw new Error('an order names both sides');
    samples.push({ ...cost, ours: cost.objectsPerSecond, peer });
    context.say(`objects a second: ${round(cost.objectsPerSecond)}, bare loop ${round(peer)}`);
  }
  return samples;
}

/** Makes a stack, and counts until the operator rests. */
async function converge({ kube, auditLog }: Plane, namespace: string): Promise<Cost> {
  const [stack] = loadStack();
  const mark = new AuditMark(auditLog);
  await kube.apply({ ...stack, metadata: { name: stack.metadata.name, namespace } });
  await untilCalm(auditLog, actor, { seconds: 5, deadline: 120_000, events: false });
  return costOf(mark.since(), actor, namespace);
}

async function trafficAtRest({
  auditLog,
}: Plane): Promise<{ writes: readonly AuditEvent[]; reads: readonly AuditEvent[] }> {
  await untilCalm(auditLog, actor, { seconds: 10, deadline: 120_000 });
  const mark = new AuditMark(auditLog);
  // The passing of time is what is measured here.
  await new Promise((resolve) => setTimeout(resolve, restSeconds * 1000));
  return trafficOf(mark.since(), actor);
}

function loadStack(): [KubeObject] {
  // The example holds one stack.
  return loadAll(readFileSync(join(root, stackFile), 'utf8')).slice(-1) as [KubeObject];
}

/** Those objects whose Kind this API server has; the operator leaves out the others as well. */
async function servedOf(kube: Kube, objects: readonly KubeObject[]): Promise<KubeObject[]> {
  const served = objects.map(({ apiVersion, kind }) =>
    kube.collectionOf(apiVersion, kind).then(
      () => true,
      () => false,
    ),
  );
  const known = await Promise.all(served);
  return objects.filter((_, index) => known[index]);
}

/** What the operator would make, as `npm run render` prints it. */
function rendered(): KubeObject[] {
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'operator/src/render.ts'), stackFile], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${stackFile} cannot be rendered`);
  // Rendered YAML holds nothing but objects.
  return loadAll(stdout) as KubeObject[];
}
