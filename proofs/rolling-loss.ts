import { type ServiceName, serviceRow } from '../packages/contracts/src/topology.ts';
import type { KubeObject } from './kube/object.ts';
import { waitFor } from './kube/wait.ts';
import { liftLimits } from './limits.ts';
import { startLoad } from './load.ts';
import { percentile } from './percentile.ts';
import type { Context, Outcome, Proof } from './proof.ts';
import { isReady, stackReference } from './stack.ts';
import type { Target } from './target.ts';
import { otherVersion, setService } from './version.ts';

/** Requests that have to be answered while pods roll. */
const wanted = 5000;

/** The services that a product list passes through. */
const onTheWay: readonly ServiceName[] = ['product', 'gateway'];

export const rollingLoss: Proof = {
  name: 'rolling-loss',
  sentence:
    'A service gets another version: its pods roll while at least 5,000 requests go through the gateway, and not one fails.',
  minimum: wanted,
  minutes: 10,
  run: async (context) => {
    const target = await context.target();
    if (target.url === undefined) throw new Error('the address of the gateway is not known');
    const service = context.random.pick(onTheWay);
    const version = await otherVersion(context);
    const before = await podsOf(target, service);
    context.say(`${service} → ${version}; ${before.length} pods`);
    const url = new URL('/api/v1/products', target.url);
    const asked = Date.now();
    const restoreLimits = await liftLimits(target, url);
    // What the kubelet takes to bring a file to a pod is not taken from the time of the proof.
    const within = { ...context, endsAt: context.endsAt + Date.now() - asked };
    const restore = await setService(target, service, { version }).catch(async (error: unknown) => {
      await restoreLimits();
      throw error;
    });
    const load = startLoad({ url, rate: 120, workers: 12 });
    try {
      await rolled(target, service, before, within);
      context.say(`rolled; ${load.answered()} requests so far`);
      await waitFor(
        `${wanted} requests`,
        async () => (load.answered() >= wanted || context.stopAtFailure ? true : undefined),
        Math.max(1000, within.endsAt - Date.now()),
      );
      // On the way back pods roll once more, and nothing may fail then either.
      await restore();
      await rolled(target, service, await podsOf(target, service, version), within);
      return toOutcome(service, version, await load.stop());
    } finally {
      await load.stop();
      await restore();
      await restoreLimits();
    }
  },
};

/** Living pods of a service, of one version where one is given. */
async function podsOf(
  { kube, stack }: Target,
  service: ServiceName,
  version?: string,
): Promise<KubeObject[]> {
  const app = `app=${serviceRow(service).objectName}`;
  const labels = version === undefined ? app : `${app},version=${version}`;
  const pods = await kube.list('v1', 'Pod', { namespace: stack.namespace, labels });
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Resolves when the stack is Ready and none of the given pods is left, not even one that is ending. */
async function rolled(
  { kube, stack }: Target,
  service: ServiceName,
  old: readonly KubeObject[],
  context: Context,
): Promise<void> {
  const gone = new Set(old.map(({ metadata }) => metadata.uid));
  const labels = `app=${serviceRow(service).objectName}`;
  await waitFor(
    `the pods of ${service} to roll`,
    async () => {
      const pods = await kube.list('v1', 'Pod', { namespace: stack.namespace, labels });
      if (pods.length === 0 || pods.some(({ metadata }) => gone.has(metadata.uid))) return undefined;
      return isReady(await kube.get(stackReference(stack))) ? true : undefined;
    },
    Math.max(60_000, context.endsAt - Date.now()),
  );
}

function toOutcome(
  service: string,
  version: string,
  { sent, fresh, losses, latencies }: Awaited<ReturnType<ReturnType<typeof startLoad>['stop']>>,
): Outcome {
  return {
    done: sent,
    of: sent,
    failures: losses
      .slice(0, 20)
      .map(
        ({ at: when, fresh: isFresh, what }) =>
          `${when} ms, ${isFresh ? 'fresh' : 'kept'} connection: ${what}`,
      ),
    figures: {
      service,
      version,
      requests: sent,
      onFreshConnections: fresh,
      failed: losses.length,
      p50Ms: Math.round(percentile(latencies, 0.5)),
      p99Ms: Math.round(percentile(latencies, 0.99)),
    },
  };
}
