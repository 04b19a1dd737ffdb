import { ApiError, type ReconcileResult } from '@ecommercestack/controller-runtime';
import { apiVersion } from '../api/ecommercestack.ts';
import type { KubernetesObject } from '../api/object.ts';
import { actionKind } from '../api/rolloutaction.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GuardSeen } from '../status/evidence.ts';

/** Stands in the work queue for the test that is made at the start, and until actions are guarded. */
export const guardKey = 'guard';

const lastsMs = 600_000;
/** Milliseconds after which a test that could not be made is made again; doubled each time, up to `lastsMs`. */
const retryMs = 1_000;
/** Answers that tell nothing of the admission: a lost race, and what passes by itself. */
const passing = new Set([408, 409, 429]);
/** Nobody's name: an admission that checks who asks refuses it. */
const nobody = 'ecommercestack:nobody';

/** Finds out whether the API server checks who writes actions, by asking it about one in a false name. */
export type Guard = {
  /** What the newest test said that tells about a namespace; undefined before the first. */
  seen(namespace: string): GuardSeen | undefined;
  /** What a test of this very namespace says, made now unless one was made within ten minutes. */
  test(namespace: string): Promise<GuardSeen>;
  /** Tests what the installation watches; asks to be called again while it is not guarded, soon where it could not be asked. */
  renew(): Promise<ReconcileResult>;
};

/** What a guard works with. */
export type GuardOptions = {
  readonly cluster: Pick<Cluster, 'tryCreate'>;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** Where the periodic test is made. */
  readonly namespaces: readonly string[];
  /** Called when the periodic test says something else than before. */
  readonly onChange: () => void;
};

type Test = { readonly seen: GuardSeen; readonly at: number };

/** A guard that remembers what it was told; each process finds out anew. */
export function actionGuard({ cluster, monotonic, namespaces, onChange }: GuardOptions): Guard {
  const tests = new Map<string, Test>();
  let anywhere: Test | undefined;
  let failures = 0;
  const make = async (namespace: string): Promise<GuardSeen> => {
    const seen = await verdictOf(cluster.tryCreate(forged(namespace)));
    const test = { seen, at: monotonic() };
    // What could not be found out is asked again the next time.
    if (seen.state === 'Unknown') tests.delete(namespace);
    else tests.set(namespace, test);
    return seen;
  };
  return {
    seen: (namespace) => {
      const here = tests.get(namespace);
      return here !== undefined && here.at >= (anywhere?.at ?? 0) ? here.seen : anywhere?.seen;
    },
    test: async (namespace) => {
      const known = tests.get(namespace);
      return known !== undefined && monotonic() - known.at < lastsMs ? known.seen : make(namespace);
    },
    renew: async () => {
      const found = await Promise.all(namespaces.map(make));
      const seen = found.find(({ state }) => state !== 'Guarded') ?? found[0];
      const changed = seen !== undefined && seen.message !== anywhere?.seen.message;
      if (seen !== undefined) anywhere = { seen, at: monotonic() };
      if (changed) onChange();
      failures = seen?.state === 'Unknown' ? failures + 1 : 0;
      // A guarded API server is left in peace: each action has its namespace tested before it takes effect.
      if (seen?.state === 'Guarded') return { waits: false };
      const requeueAfter = failures === 0 ? lastsMs : Math.min(lastsMs, retryMs * 2 ** (failures - 1));
      return { requeueAfter, waits: false };
    },
  };
}

function forged(namespace: string): KubernetesObject {
  return {
    ...{ apiVersion, kind: actionKind, metadata: { name: 'who-asks', namespace } },
    spec: {
      stackUID: '00000000-0000-0000-0000-000000000000',
      target: { type: 'Service', name: 'none' },
      action: 'Abort',
      reason: 'the operator tests whether false names are refused',
      requestedBy: nobody,
    },
  };
}

async function verdictOf(trial: Promise<void>): Promise<GuardSeen> {
  try {
    await trial;
    return { state: 'Open', message: 'the API server takes actions in false names' };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500 || passing.has(error.status))
      return { state: 'Unknown', message: `not tested: ${String(error)}` };
    const isRefused = (error.status === 403 || error.status === 422) && error.message.includes('requestedBy');
    if (isRefused) return { state: 'Guarded', message: 'an action in a false name is refused' };
    return { state: 'Open', message: `it cannot be shown that false names are refused: ${error.message}` };
  }
}
