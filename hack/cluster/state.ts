import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolPath } from '../toolchain/index.ts';
import { localDir } from './local/layout.ts';

/** The names of the places that a cluster can come from. */
export type ProviderName = 'existing' | 'kind' | 'local';

/** What is known about the cluster that `npm run up` made or was given. */
export interface ClusterState {
  readonly provider: ProviderName;
  readonly kubeconfig: string;
  /** A directory with kubectl, istioctl and helm. */
  readonly toolsBin: string;
  /** The API server's audit log; empty when this machine cannot read it. */
  readonly auditLog: string;
  /** Where the gateway answers; empty when its address is not known. */
  readonly url: string;
  readonly startedAt: string;
  /** The stack that was applied last. */
  readonly stack?: { readonly name: string; readonly namespace: string };
}

/** The directory that holds the state of the running cluster, whatever its provider. */
export function stateDir(): string {
  return localDir();
}

/** The cluster that `npm run up` made last, undefined when there is none. */
export function currentCluster(): ClusterState | undefined {
  const file = join(stateDir(), 'state.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Writes down the running cluster. */
export function rememberCluster(state: ClusterState): void {
  mkdirSync(stateDir(), { recursive: true, mode: 0o711 });
  writeFileSync(join(stateDir(), 'state.json'), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Forgets the cluster: its state file and the links to tools. */
export function forgetCluster(): void {
  rmSync(stateDir(), { recursive: true, force: true });
}

/** Makes a directory with links to the commands that people use, and returns it. */
export function linkTools(): string {
  const bin = join(stateDir(), 'bin');
  mkdirSync(bin, { recursive: true });
  const tools = [toolPath('kubernetes', 'kubectl'), toolPath('istio', 'istioctl'), toolPath('helm', 'helm')];
  for (const tool of tools) {
    const link = join(bin, tool.slice(tool.lastIndexOf('/') + 1));
    rmSync(link, { force: true });
    symlinkSync(tool, link);
  }
  return bin;
}
