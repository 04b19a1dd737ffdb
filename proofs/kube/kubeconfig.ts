import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';

/** How to reach one API server as one user. */
export type Access = { readonly server: string; readonly agent: Agent; readonly token?: string };

type Entry = { readonly name: string; readonly [member: string]: unknown };
type Config = {
  readonly 'current-context': string;
  readonly contexts: readonly (Entry & { context: { cluster: string; user: string } })[];
  readonly clusters: readonly (Entry & { cluster: Readonly<Record<string, string>> })[];
  readonly users: readonly (Entry & { user: Readonly<Record<string, string>> })[];
};

/** Reads a kubeconfig's current context. Certificates and tokens are understood, exec plugins are not. */
export function accessOf(kubeconfig: string): Access {
  // A kubeconfig is written by tools; what is missing below becomes an error that names it.
  const config = load(readFileSync(kubeconfig, 'utf8')) as Config;
  const context = named(config.contexts, config['current-context'], kubeconfig).context;
  const cluster = named(config.clusters, context.cluster, kubeconfig).cluster;
  const user = named(config.users, context.user, kubeconfig).user;
  const content = (from: Readonly<Record<string, string>>, member: string) => {
    const inline = from[`${member}-data`];
    if (inline !== undefined) return Buffer.from(inline, 'base64');
    const path = from[member];
    return path === undefined ? undefined : readFileSync(resolve(dirname(kubeconfig), path));
  };
  if (cluster.server === undefined) throw new Error(`${kubeconfig}: the cluster has no server`);
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    ca: content(cluster, 'certificate-authority'),
    cert: content(user, 'client-certificate'),
    key: content(user, 'client-key'),
  });
  return { server: cluster.server, agent, token: user.token };
}

function named<T extends Entry>(entries: readonly T[], name: string, file: string): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`${file}: no entry is named ${JSON.stringify(name)}`);
  return entry;
}
