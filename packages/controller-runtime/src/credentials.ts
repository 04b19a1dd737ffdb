import { existsSync, readFileSync } from 'node:fs';
import type { Agent, RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** What one request needs besides its own content. */
export interface RequestAuth {
  readonly headers: Record<string, string>;
  /** ca, cert, key, servername, rejectUnauthorized; empty for plain HTTP. */
  readonly tls: RequestOptions;
  /** Set only where a proxy is configured. */
  readonly agent?: Agent;
}

/** Where the API server is and how to speak to it as ourselves. */
export interface Credentials {
  readonly server: string;
  /** The namespace that the configuration names, if any. */
  readonly namespace: string | undefined;
  authorize(): Promise<RequestAuth>;
  /** Forgets everything cached (tokens, certificates), for example after a 401. */
  refresh(): void;
}

/** The part of client-node's `KubeConfig` that is used; a `KubeConfig` fits as it is. */
export interface KubeConfigLike {
  getCurrentCluster(): { server: string; proxyUrl?: string } | null;
  getCurrentContext(): string;
  getContextObject(name: string): { namespace?: string } | null;
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const CACHED_FOR_MS = 30_000;

/** Reads material at most every 30 s, and anew after `refresh()`. */
function cached(clock: Clock, read: () => Promise<RequestAuth>) {
  let last: { at: number; auth: Promise<RequestAuth> } | undefined;
  return {
    authorize(): Promise<RequestAuth> {
      if (last === undefined || clock.monotonic() - last.at > CACHED_FOR_MS) {
        const entry = { at: clock.monotonic(), auth: read() };
        last = entry;
        // A failed read must not be remembered: the next request tries again.
        entry.auth.catch(() => {
          if (last === entry) last = undefined;
        });
      }
      return last.auth;
    },
    refresh(): void {
      last = undefined;
    },
  };
}

/** The identity that a pod is given, or undefined outside a pod; needs nothing of client-node. */
export function inClusterCredentials(
  options: { root?: string; env?: NodeJS.ProcessEnv; clock?: Clock } = {},
): Credentials | undefined {
  const { root = SERVICE_ACCOUNT, env = process.env, clock = systemClock } = options;
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  const token = join(root, 'token');
  if (host === undefined || port === undefined || !existsSync(token)) return undefined;
  const namespaceFile = join(root, 'namespace');
  // The kubelet rotates the token and the CA bundle in place, so both are read again.
  const source = cached(clock, async () => ({
    headers: { authorization: `Bearer ${readFileSync(token, 'utf8').trim()}` },
    tls: { ca: readFileSync(join(root, 'ca.crt')) },
  }));
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined,
    ...source,
  };
}

/**
 * Credentials from a kubeconfig (tokens, certificates, exec plugins, OIDC, proxies: whatever client-node knows).
 * `load` is called again after `refresh()`, so that rotated files and tokens are picked up.
 */
export function kubeConfigCredentials(load: () => KubeConfigLike, clock: Clock = systemClock): Credentials {
  let config = load();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no current cluster');
  const source = cached(clock, async () => {
    const options: RequestOptions = {};
    const plain = cluster.server.startsWith('http://');
    // client-node refuses plain HTTP without skipTLSVerify only when it builds its agent: let it say so.
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized, auth } = options;
    const tls = Object.fromEntries(
      Object.entries({ ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    if (typeof auth === 'string') headers['authorization'] = `Basic ${Buffer.from(auth).toString('base64')}`;
    // With a proxy, client-node's agent carries the tunnel; without one our own keep-alive agent is better.
    const agent =
      cluster.proxyUrl !== undefined && typeof options.agent === 'object' ? options.agent : undefined;
    // client-node types its agents as node:https agents; HttpProxyAgent is one by shape only.
    return { headers, tls: plain ? {} : tls, agent: agent as Agent | undefined };
  });
  return {
    server: cluster.server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    authorize: () => source.authorize(),
    refresh() {
      config = load();
      source.refresh();
    },
  };
}

/**
 * Credentials as kubectl finds them: the file given or `KUBECONFIG`, else the pod's own, else `~/.kube/config`.
 * client-node is loaded only when a kubeconfig is used: inside a pod its 85 MB are never paid.
 */
export async function loadCredentials(
  options: { kubeconfig?: string; context?: string } = {},
): Promise<Credentials> {
  if (options.kubeconfig === undefined && (process.env['KUBECONFIG'] ?? '') === '') {
    const own = inClusterCredentials();
    if (own !== undefined) return own;
  }
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  return kubeConfigCredentials(() => {
    const config = new KubeConfig();
    if (options.kubeconfig !== undefined) config.loadFromFile(options.kubeconfig);
    else config.loadFromDefault();
    if (options.context !== undefined) config.setCurrentContext(options.context);
    return config;
  });
}
