import { serviceRow } from '../../packages/contracts/src/topology.ts';
import { at, type KubeObject } from '../kube/object.ts';
import { waitFor } from '../kube/wait.ts';
import { startLoad } from '../load.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import { stackReference } from '../stack.ts';
import type { Target } from '../target.ts';
import { otherVersion, setService } from '../version.ts';
import { type EnvoyTap, tapEnvoy } from './envoy-tap.ts';
import { type Sample, shareOf, violations } from './sample.ts';
import { judgeWindow, windowsOf } from './windows.ts';

const rate = 100;
const holdSeconds = 15;
/** A stretch of one weight with fewer requests says little. */
const fewest = 500;
const object = serviceRow('gateway').objectName;

export const canaryTraffic: Proof = {
  name: 'canary-traffic',
  sentence:
    'A canary of the gateway goes 10, 50, 100 under 100 requests a second: none fails, each Envoy at the edge splits within 5 sd, names no subset without a ready pod, is never behind status, and no promoted pod restarts.',
  minimum: 3,
  minutes: 5,
  run: async (context) => {
    const target = await context.target();
    if (target.url === undefined) throw new Error('the address of the gateway is not known');
    const version = await otherVersion(context);
    const gateways = await target.kube.list('v1', 'Pod', {
      namespace: 'istio-system',
      labels: 'istio=ingressgateway',
    });
    const host = `${object}.${target.stack.namespace}.svc.cluster.local`;
    const taps = await Promise.all(gateways.map((pod) => tapEnvoy(target, pod, host)));
    const load = startLoad({ url: new URL('/health', target.url), rate, workers: 8 });
    const hold = { type: 'Duration', duration: `${holdSeconds}s` };
    const restore = await setService(target, 'gateway', {
      version,
      rollout: {
        strategy: 'Canary',
        canary: {
          steps: [
            { weight: 10, hold },
            { weight: 50, hold },
          ],
        },
      },
    });
    try {
      const seen = await observe(target, context, taps, version);
      const outcome = toOutcome(seen, version.replaceAll('.', '-'), await load.stop());
      return outcome;
    } finally {
      await load.stop();
      await restore();
      await Promise.all(taps.map((tap) => tap.close()));
    }
  },
};

type Seen = {
  readonly samples: readonly Sample[];
  readonly ahead: readonly string[];
  readonly restarted: readonly string[];
  readonly pods: number;
};

/** Watches Envoys and status until all traffic goes to the new version and the old one is left without pods. */
async function observe(
  target: Target,
  context: Context,
  taps: readonly EnvoyTap[],
  version: string,
): Promise<Seen> {
  const canary = version.replaceAll('.', '-');
  const samples: Sample[] = [];
  const ahead: string[] = [];
  const first = new Map<string, number>();
  await waitFor(
    `the canary ${version} to be promoted and the old pods to be gone`,
    async () => {
      const said = await appliedWeight(target);
      const now = await Promise.all(taps.map((tap) => tap.read()));
      samples.push(...now);
      for (const sample of now) {
        const share = shareOf(sample, canary);
        if (said !== undefined && share < said && shareOf(sample, '') === 0)
          ahead.push(`status says ${said} % while ${sample.proxy} sends ${share} %`);
      }
      const pods = await podsOf(target);
      for (const pod of pods.filter(({ metadata }) => metadata.labels?.['version'] === version)) {
        const { uid = '' } = pod.metadata;
        if (!first.has(uid)) first.set(uid, restartsOf(pod));
      }
      const isOver =
        pods.length > 0 && pods.every(({ metadata }) => metadata.labels?.['version'] === version);
      return isOver ? true : undefined;
    },
    Math.max(1_000, context.endsAt - Date.now()),
    20,
  );
  const last = await podsOf(target);
  const restarted = last
    .filter((pod) => first.get(pod.metadata.uid ?? '') !== restartsOf(pod))
    .map(({ metadata }) => `${metadata.name} was restarted by its promotion`);
  const replaced = [...first.keys()].filter((uid) => !last.some(({ metadata }) => metadata.uid === uid));
  return {
    ...{ samples, ahead, pods: last.length },
    restarted: [...restarted, ...replaced.map((uid) => `canary pod ${uid} did not live on`)],
  };
}

function toOutcome(
  seen: Seen,
  canary: string,
  load: Awaited<ReturnType<ReturnType<typeof startLoad>['stop']>>,
): Outcome {
  const { samples, ahead, restarted, pods } = seen;
  const proxies = [...new Set(samples.map(({ proxy }) => proxy))];
  const windows = proxies
    .flatMap((proxy) =>
      windowsOf(
        samples.filter((sample) => sample.proxy === proxy),
        canary,
        fewest,
      ),
    )
    .filter(({ share }) => share > 0);
  const wrong = samples.flatMap((sample) =>
    violations(sample, canary, pods).map((what) => `${sample.proxy}: ${what}`),
  );
  const losses = load.losses.map(({ at: when, what }) => `request at ${when} ms: ${what}`);
  const judged = windows.flatMap((window) => judgeWindow(window) ?? []);
  const shares = Object.fromEntries(
    windows.map(({ share, canary: count, total }) => [`at${share}`, `${count} of ${total}`]),
  );
  return {
    done: windows.length,
    of: 3 * proxies.length,
    failures: [...new Set([...losses, ...judged, ...wrong, ...ahead, ...restarted])].slice(0, 40),
    figures: { requests: load.sent, lost: load.losses.length, looks: samples.length, ...shares },
  };
}

async function appliedWeight({ kube, stack }: Target): Promise<number | undefined> {
  const services = at(await kube.get(stackReference(stack)), 'status', 'services');
  const row = (Array.isArray(services) ? services : []).find((entry) => at(entry, 'name') === 'gateway');
  const weight = at(row, 'weight');
  return typeof weight === 'number' && at(row, 'canaryRevision') !== undefined ? weight : undefined;
}

async function podsOf({ kube, stack }: Target): Promise<KubeObject[]> {
  return kube.list('v1', 'Pod', { namespace: stack.namespace, labels: `app=${object}` });
}

function restartsOf(pod: KubeObject): number {
  const statuses = at(pod, 'status', 'containerStatuses');
  return (Array.isArray(statuses) ? statuses : []).reduce(
    (sum, status) => sum + Number(at(status, 'restartCount') ?? 0),
    0,
  );
}
