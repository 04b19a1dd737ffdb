import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { startControlPlane } from '../hack/cluster/index.ts';
import { toolAsset, toolPath } from '../hack/toolchain/index.ts';
import { Kube } from './kube/kube.ts';
import type { KubeObject } from './kube/object.ts';
import { until, waitFor } from './kube/wait.ts';
import { type Mutant, plantedVariable } from './mutants/mutant.ts';
import type { StackName } from './stack.ts';
import type { Target } from './target.ts';

const root = join(import.meta.dirname, '..');

/** An API server whose pods run at once, with our CRDs, Istio's and one stack; the operator is started apart. */
export type Bench = {
  readonly kube: Kube;
  readonly directory: string;
  readonly stack: StackName;
  /** The bench with an operator process, as shipped or with a bug in it. */
  withOperator(mutant?: Mutant): Promise<Target>;
  stop(): Promise<void>;
};

/** An API server of its own whose pods run at once, with our CRDs and Istio's, and neither a stack nor an operator. */
export type Plane = {
  readonly kube: Kube;
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly directory: string;
  readonly stop: () => Promise<void>;
};

/** Starts an empty control plane in a new directory. */
export async function startPlane(say: (line: string) => void): Promise<Plane> {
  const directory = mkdtempSync(join(tmpdir(), 'ecommercestack-bench-'));
  const plane = await startControlPlane({ dir: directory, log: say });
  const kube = new Kube(plane.kubeconfig);
  const stop = async () => {
    kube.close();
    await plane.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await applyFile(kube, toolAsset('istio', 'manifests/charts/base/files/crd-all.gen.yaml'));
    const crds = join(root, 'crds');
    for (const file of readdirSync(crds).filter((name) => name.endsWith('.yaml')))
      await applyFile(kube, join(crds, file));
    return { ...{ kube, directory, kubeconfig: plane.kubeconfig, auditLog: plane.auditLog }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Does something with a control plane of its own, which ends with it. */
export async function withPlane<T>(
  say: (line: string) => void,
  use: (plane: Plane) => Promise<T>,
): Promise<T> {
  const plane = await startPlane(say);
  try {
    return await use(plane);
  } finally {
    await plane.stop();
  }
}

/** Starts a control plane of its own in a new directory, so that a bug planted in it disturbs nobody. */
export async function startBench(
  say: (line: string) => void,
  stackFile = 'examples/shop.yaml',
): Promise<Bench> {
  const plane = await startPlane(say);
  const { kube, kubeconfig, auditLog, directory, stop } = plane;
  try {
    const stack = await applyStack(kube, join(root, stackFile));
    return {
      ...{ kube, directory, stack, stop },
      withOperator: async (mutant) => {
        const operator = await startOperator({
          ...{ kubeconfig, directory },
          name: mutant?.name ?? 'shipped',
          ...(mutant && { patches: [mutant] }),
        });
        return {
          ...{ kube, stack, kubeconfig, auditLog },
          toolsBin: dirname(toolPath('kubernetes', 'kubectl')),
          operator: { userAgent: 'ecommercestack-operator' },
          close: operator.stop,
        };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function applyFile(kube: Kube, file: string): Promise<void> {
  // Files of this repository and of pinned tools; the API server judges them.
  const objects = loadAll(readFileSync(file, 'utf8')) as (KubeObject | null)[];
  for (const object of objects) if (object !== null) await kube.apply(object);
}

/** Makes the namespace of a stack and the stack of a file, once its Kind is served. */
async function applyStack(kube: Kube, file: string): Promise<StackName> {
  // One EcommerceStack, as every example is.
  const [object] = loadAll(readFileSync(file, 'utf8')) as KubeObject[];
  if (object === undefined) throw new Error(`${file} is empty`);
  const { name, namespace = 'default' } = object.metadata;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  const stack = { ...object, metadata: { ...object.metadata, namespace } };
  await waitFor(
    'the EcommerceStack Kind to be served',
    () => kube.apply(stack).catch(() => undefined),
    30_000,
  );
  return { namespace, name };
}

/** An operator that never became ready: no bug that a proof may claim to have caught. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError';
}

/** How to run the operator as a process. */
export type OperatorSettings = {
  readonly kubeconfig: string;
  /** Where its log goes, as `operator-<name>.log`. */
  readonly directory: string;
  readonly name: string;
  /** Changes to the text of its modules: planted bugs, or what another version would do. */
  readonly patches?: readonly Mutant[];
  /** Flags beside the kubeconfig and the ports. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** A running operator process. */
export type OperatorProcess = {
  readonly pid: number;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly log: string;
  readonly stop: () => Promise<void>;
};

/** Starts the operator as a process and resolves once it says that it is ready. */
export async function startOperator(settings: OperatorSettings): Promise<OperatorProcess> {
  const { kubeconfig, directory, patches = [] } = settings;
  const [healthPort, metricsPort] = [await freePort(), await freePort()];
  const args = [
    ...(patches.length === 0 ? [] : ['--import', join(root, 'proofs/mutants/loader.ts')]),
    join(root, 'operator/src/main.ts'),
    ...['--kubeconfig', kubeconfig, '--health-port', String(healthPort)],
    // Pods of a control plane without nodes have no proxies.
    ...['--metrics-port', String(metricsPort), '--confirm-weights', 'Stored', ...(settings.args ?? [])],
  ];
  const planted = patches.length === 0 ? {} : { [plantedVariable]: JSON.stringify(patches) };
  const env = { ...process.env, ...settings.env, ...planted };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'pipe' });
  const path = join(directory, `operator-${settings.name}.log`);
  const log = createWriteStream(path, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
    log.end();
  };
  const ready = await until(() => isHealthy(child, healthPort), 60_000, 100);
  if (ready !== true) {
    const said = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(-14).join('\n') : '';
    const lives = child.exitCode === null;
    await stop();
    // One that lives and is not ready is what a proof may find; one that died at once was never tried.
    if (lives) throw new Error(`the operator lives and did not become ready:\n${said}`);
    throw new NotStartedError(`the operator did not start:\n${said}`);
  }
  return { pid: child.pid ?? 0, healthPort, metricsPort, log: path, stop };
}

async function isHealthy(child: ChildProcess, port: number): Promise<boolean | undefined> {
  if (child.exitCode !== null) return false;
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (answer) => (answer.ok ? true : undefined),
    () => undefined,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      // A listening TCP server has an address of this shape.
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
