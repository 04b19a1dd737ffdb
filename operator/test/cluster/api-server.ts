import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, isNotFound, loadCredentials } from '@ecommercestack/controller-runtime';
import { startControlPlane } from '../../../hack/cluster/controlplane.ts';
import { waitFor } from '../../../hack/cluster/wait.ts';
import { toolPath } from '../../../hack/toolchain/index.ts';
import { kindOf } from '../../src/api/kinds.ts';
import type { KubernetesObject } from '../../src/api/object.ts';
import { resourceOf } from '../../src/cluster/informers.ts';

const run = promisify(execFile);

/** One request of the audit log. */
export type AuditEntry = {
  readonly verb: string;
  readonly stage: string;
  readonly userAgent?: string;
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
};

/** A real API server with our CRDs, seen as an administrator who is not the operator. */
export type ApiServer = {
  readonly kubeconfig: string;
  readonly client: ApiClient;
  kubectl(...args: readonly string[]): Promise<string>;
  namespace(name: string): Promise<void>;
  get(object: KubernetesObject): Promise<KubernetesObject | undefined>;
  /** Creates or changes an object the way `kubectl apply --server-side --force-conflicts` does. */
  put(object: KubernetesObject): Promise<KubernetesObject>;
  /** Replaces an object as `kubectl edit` does. */
  replace(object: KubernetesObject): Promise<KubernetesObject>;
  drop(object: KubernetesObject): Promise<void>;
  audit(): AuditEntry[];
  stop(): Promise<void>;
};

/** Starts a control plane of its own in a new directory; with `pods`, a node is played on which every pod runs. */
export async function startApiServer(options: { pods: boolean }): Promise<ApiServer> {
  const dir = mkdtempSync(join(tmpdir(), 'ecommercestack-operator-'));
  const plane = await startControlPlane({ dir, pods: options.pods });
  const binary = toolPath('kubernetes', 'kubectl');
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await run(binary, ['--kubeconfig', plane.kubeconfig, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  await kubectl('apply', '--server-side', '-f', join(import.meta.dirname, '../../../crds'));
  await waitFor(
    () =>
      kubectl('get', 'ecommercestacks', '-A').then(
        () => true,
        () => false,
      ),
    {
      what: 'the API server to serve stacks',
      timeoutMs: 60_000,
    },
  );
  const credentials = await loadCredentials({ kubeconfig: plane.kubeconfig });
  const client = new ApiClient({ credentials, userAgent: 'test', fieldManager: 'somebody-else' });
  const of = (object: KubernetesObject) => resourceOf(kindOf(object));
  return {
    kubeconfig: plane.kubeconfig,
    client,
    kubectl,
    namespace: async (name) => {
      await kubectl('create', 'namespace', name);
    },
    get: (object) =>
      client.get<KubernetesObject>(of(object), object.metadata).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    put: (object) => {
      const { managedFields, resourceVersion, uid, creationTimestamp, generation, ...metadata } =
        object.metadata;
      return client.apply<KubernetesObject>(of(object), { ...object, metadata }, { force: true });
    },
    replace: (object) => client.replace<KubernetesObject>(of(object), object),
    drop: async (object) => {
      await client.delete(of(object), object.metadata);
    },
    audit: () =>
      readFileSync(plane.auditLog, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        // Written by the API server, one Event of audit.k8s.io a line.
        .map((line) => JSON.parse(line) as AuditEntry),
    stop: async () => {
      await plane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
