import { pino } from 'pino';
import { waitFor } from '../../../hack/cluster/wait.ts';
import { kinds } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { resourceOf } from '../../src/cluster/informers.ts';
import type { Config } from '../../src/config.ts';
import { managerName } from '../../src/desired/labels.ts';
import { startOperator } from '../../src/operator.ts';
import { type ApiServer, startApiServer } from '../cluster/api-server.ts';
import { stackNamed } from '../cluster/cluster-suite.ts';

/** The whole operator in this process, at a real API server on which every pod runs. */
export type LiveOperator = {
  readonly server: ApiServer;
  readonly stackIn: (namespace: string, name?: string) => Promise<KubernetesObject | undefined>;
  /** `True AllAvailable`, or what else the condition says. */
  readonly condition: (namespace: string, type: string, name?: string) => Promise<string>;
  /** Polls until the check holds; the error that ends a vain wait says what the stacks say. */
  readonly until: (what: string, check: () => Promise<boolean>, timeoutMs?: number) => Promise<void>;
  readonly install: (namespace: string, spec: Record<string, unknown>) => Promise<void>;
  /** Everything in a namespace that carries our label, by the Kind table. */
  readonly owned: (namespace: string) => Promise<KubernetesObject[]>;
  /** Ends the operator and starts another one, which knows nothing but what the API server stores. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts an API server and the operator, which acts in all namespaces. */
export async function startLiveOperator(
  metricsProviders: Config['metricsProviders'] = {},
): Promise<LiveOperator> {
  const server = await startApiServer({ pods: true });
  const start = () =>
    startOperator(
      {
        kubeconfig: server.kubeconfig,
        namespaces: [],
        leaderElect: true,
        leaseName: 'ecommercestack-operator',
        lease: { durationMs: 15_000, renewMs: 10_000, retryMs: 2_000 },
        auditMs: 3_600_000,
        silenceMs: 90_000,
        healthPort: 0,
        metricsPort: 0,
        logLevel: 'silent',
        storeNotes: {},
        confirmWeights: 'Stored',
        metricsProviders,
      },
      pino({ level: 'silent' }),
    );
  let operator = await start().catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const stackIn = (namespace: string, name = 'shop') => server.get(stackNamed(name, namespace));
  return {
    server,
    stackIn,
    condition: async (namespace, type, name) => conditionOf(await stackIn(namespace, name), type),
    until: async (what, check, timeoutMs = 100_000) => {
      await waitFor(check, { what, timeoutMs, intervalMs: 200 }).catch(async (error: unknown) => {
        const path = 'jsonpath={.items[*].status.conditions}';
        const stacks = await server.kubectl('get', 'ecommercestacks', '-A', '-o', path);
        throw new Error(`${String(error)}; the stacks say ${stacks}`, { cause: error });
      });
    },
    install: async (namespace, spec) => {
      await server.namespace(namespace);
      await server.put(stackNamed('shop', namespace, spec));
    },
    owned: (namespace) => ownedIn(server, namespace),
    restart: async () => {
      await operator.stop();
      operator = await start();
    },
    stop: async () => {
      await operator.stop();
      await server.stop();
    },
  };
}

function conditionOf(stack: KubernetesObject | undefined, type: string): string {
  // The CRD's schema requires these members of every condition.
  const { conditions = [] } = (stack?.['status'] ?? {}) as {
    conditions?: { type: string; status: string; reason: string }[];
  };
  const found = conditions.find((candidate) => candidate.type === type);
  return `${found?.status} ${found?.reason}`;
}

async function ownedIn(server: ApiServer, namespace: string): Promise<KubernetesObject[]> {
  const rows = kinds.filter((row) => row.owned && row.needs === undefined);
  const selection = { namespace, labelSelector: `app.kubernetes.io/managed-by=${managerName}` };
  const lists = await Promise.all(
    rows.map(async (row) => {
      const { items } = await server.client.list<KubernetesObject>(resourceOf(row), selection);
      const apiVersion = row.group === '' ? row.version : `${row.group}/${row.version}`;
      return items.map((item) => ({ ...item, apiVersion, kind: row.kind }));
    }),
  );
  return lists.flat();
}
