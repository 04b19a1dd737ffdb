import { readFileSync } from 'node:fs';
import { supervisor } from '../../hack/cluster/process.ts';
import { type OperatorProcess, type Plane, startOperator, startPlane } from '../controlplane.ts';
import { type Kfault, startKfault } from '../kfault/kfault.ts';
import type { Kube } from '../kube/kube.ts';
import { waitFor } from '../kube/wait.ts';
import type { Mutant } from '../mutants/mutant.ts';

/** A control plane, the proxy before it and one operator behind the proxy. */
export type Site = {
  readonly kube: Kube;
  readonly proxy: Kfault;
  /** Replaces the operator by one with other flags. */
  restart(flags: readonly string[]): Promise<void>;
  /** What `/readyz` answers: 200 or 503; 0 for no answer. */
  readiness(): Promise<number>;
  /** Kills the API server; resolves to what starts it again, which resolves when it serves. */
  killApiServer(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

/** Starts a control plane and a proxy; the operator comes with the first `restart`. */
export async function startSite(say: (line: string) => void, mutant?: Mutant): Promise<Site> {
  const plane = await startPlane(say);
  const proxy = await startKfault(plane.kubeconfig, plane.directory);
  let operator: OperatorProcess | undefined;
  const restart = async (args: readonly string[]): Promise<void> => {
    await operator?.stop();
    operator = await startOperator({
      ...{ kubeconfig: proxy.kubeconfig, directory: plane.directory, name: 'watching', args },
      ...(mutant && { patches: [mutant] }),
    });
  };
  return {
    ...{ kube: plane.kube, proxy, restart },
    readiness: () =>
      fetch(`http://127.0.0.1:${operator?.healthPort ?? 0}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    killApiServer: () => killApiServer(plane),
    stop: async () => {
      proxy.heal();
      await operator?.stop();
      await proxy.close();
      await plane.stop();
    },
  };
}

async function killApiServer({ directory, kube }: Plane): Promise<() => Promise<void>> {
  const name = 'kube-apiserver';
  const processes = supervisor(directory);
  const [command = '', ...args] = readFileSync(`/proc/${processes.pid(name)}/cmdline`, 'utf8')
    .split('\0')
    .slice(0, -1);
  await processes.stop(name, 0);
  const serving = async (): Promise<string | undefined> => {
    // A client that knocks at a free port of its own range may be connected to itself and hold it for a moment.
    if (!processes.isRunning(name)) processes.start({ name, command, args, diesWithParent: true });
    return kube.text('/readyz').catch(() => undefined);
  };
  return async () => {
    await waitFor('the API server to serve again', serving, 120_000);
  };
}
