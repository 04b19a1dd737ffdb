import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ApiClient,
  EventRecorder,
  Expectations,
  type HealthServer,
  isConflict,
  keyOf,
  LeaderElector,
  loadCredentials,
  Metrics,
  runController,
  serveHealth,
  systemClock,
} from '@ecommercestack/controller-runtime';
import type { Logger } from 'pino';
import { watchedKinds } from './cluster/informers.ts';
import { kubernetesCluster } from './cluster/kubernetes.ts';
import { passwordSource } from './cluster/passwords.ts';
import { envoyReader } from './cluster/proxy-reader.ts';
import type { Config } from './config.ts';
import { askingProxies } from './controller/asking.ts';
import type { ReconcileContext } from './controller/context.ts';
import { actionGuard, guardKey } from './controller/guard.ts';
import { measuringCanaries } from './controller/measuring.ts';
import { reconcile } from './controller/reconcile.ts';
import { spaced } from './controller/spacing.ts';
import { stackWatches } from './controller/watches.ts';
import { managerName } from './desired/labels.ts';
import { askingProviders } from './measurement/provider.ts';
import { givenToMesh } from './rollout/given-to-mesh.ts';

/** One stack is looked at no more often: a tenth of the time in which drift has to be repaired. */
const spacingMs = 200;

/** A running operator. */
export type Operator = {
  readonly healthPort: number;
  readonly metricsPort: number;
  /** Resolves when everything has ended after `stop`. */
  readonly done: Promise<void>;
  /** Finishes what runs, gives the Lease away and ends. */
  stop(): Promise<void>;
};

/** Starts the operator: watches, then, as the leader, reconciles. Resolves when its health endpoints answer. */
export async function startOperator(config: Config, log: Logger): Promise<Operator> {
  const metrics = new Metrics({ prefix: 'ecommercestack' });
  const credentials = await loadCredentials({ kubeconfig: config.kubeconfig });
  const instance = `${config.instance ?? hostname()}-${randomBytes(4).toString('hex')}`;
  const shared = {
    credentials,
    userAgent: managerName,
    fieldManager: managerName,
    onAnswer: metrics.answered,
  };
  const namespace = config.namespace ?? credentials.namespace ?? 'default';
  const leader = config.leaderElect
    ? new LeaderElector({
        client: new ApiClient({ ...shared, maxSockets: 2 }),
        namespace,
        name: config.leaseName,
        identity: instance,
        leaseMs: config.lease.durationMs,
        renewMs: config.lease.renewMs,
        retryMs: config.lease.retryMs,
        onChange: (leading) => {
          metrics.leading(leading);
          log.info({ leading }, leading ? 'leading' : 'not leading any more');
        },
        onError: (error) => log.warn({ error: String(error) }, 'the lease could not be renewed'),
      })
    : undefined;
  const client = new ApiClient({ ...shared, ...(leader && { beforeWrite: leader.assertLeader }) });
  // Making the key needs no leadership: whoever is first makes it. Its own client, then, without that check.
  const passwords = passwordSource(new ApiClient({ ...shared, maxSockets: 1 }), namespace);
  const { namespaces, silenceMs } = config;
  const watched = watchedKinds({ client, namespaces, silenceMs, metrics });
  const expectations = new Expectations();
  const recorder = new EventRecorder({
    client,
    controller: `ecommercestack.dev/${managerName}`,
    instance,
    onDropped: metrics.eventDropped,
  });
  const cluster = kubernetesCluster({ client, watched, expectations, passwords });
  const guard = actionGuard({
    cluster,
    monotonic: () => systemClock.monotonic(),
    namespaces: namespaces.length === 0 ? [namespace] : namespaces,
    onChange: () => {
      for (const { metadata } of cluster.stacks()) controller.queue.add(keyOf(metadata));
    },
  });
  const stopping = new AbortController();
  const asking = askingProxies({
    reader: envoyReader(client, credentials),
    clock: systemClock,
    wake: (key) => controller.queue.add(key),
    signal: stopping.signal,
  });
  const context = {
    cluster,
    guard,
    now: () => new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    record: (stack, transition) => recorder.record({ regarding: stack, ...transition }),
    made: new Set<string>(),
    records: new Map(),
    leaving: new Map(),
    confirmation: config.confirmWeights === 'Proxies' ? asking : givenToMesh,
    measuring: measuringCanaries({
      ask: askingProviders(config.metricsProviders),
      clock: systemClock,
      wake: (key) => controller.queue.add(key),
      signal: stopping.signal,
    }),
    storeNotes: config.storeNotes,
  } satisfies Omit<ReconcileContext, 'log'>;
  let reconciles = 0;
  const controller = runController({
    watches: stackWatches(watched),
    reconcile: spaced(
      (key) => {
        if (key === guardKey) return guard.renew();
        reconciles += 1;
        return reconcile(key, { ...context, log: reconcileLog(log, reconciles) });
      },
      spacingMs,
      systemClock,
    ),
    ...(leader && { leader }),
    expectations,
    metrics,
    auditMs: config.auditMs,
    // A lost race is a part of life: the next reconcile sees what won it.
    onError: (key, error, retryInMs) =>
      log[isConflict(error) ? 'debug' : 'warn']({ key, error: String(error), retryInMs }, 'reconcile failed'),
  });
  controller.queue.add(guardKey);
  // Read before the first stack needs it; a failure shows again, and in a condition, where a Secret is made.
  passwords().catch((error: unknown) => log.warn({ error: String(error) }, 'no key for passwords yet'));
  const servers = await serve(config, metrics, () => controller.notReady());
  log.info({ instance, namespaces, ...servers.ports }, 'started');
  const done = controller.done.then(async () => {
    await recorder.close();
    await servers.close();
  });
  return {
    ...servers.ports,
    done,
    stop: () => {
      stopping.abort();
      return controller.stop().then(() => done);
    },
  };
}

type Servers = { readonly ports: Pick<Operator, 'healthPort' | 'metricsPort'>; close(): Promise<void> };

/** One server where both ports are the same, else two. */
async function serve(config: Config, metrics: Metrics, notReady: () => string[]): Promise<Servers> {
  const { registry } = metrics;
  const shared = config.healthPort === config.metricsPort && config.healthPort !== 0;
  const health = await serveHealth({ port: config.healthPort, notReady, ...(shared && { registry }) });
  const servers: HealthServer[] = [health];
  if (!shared) servers.push(await serveHealth({ port: config.metricsPort, registry }));
  return {
    ports: { healthPort: health.port, metricsPort: servers.at(-1)?.port ?? health.port },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function reconcileLog(log: Logger, id: number): ReconcileContext['log'] {
  return ({ metadata: { namespace, name, generation } }) =>
    (level, message, fields) =>
      log[level]({ namespace, name, generation, reconcile: id, ...fields }, message);
}
