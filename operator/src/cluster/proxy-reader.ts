import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ApiClient,
  ApiError,
  type Credentials,
  type KubeObject,
  openTunnel,
} from '@ecommercestack/controller-runtime';
import { kinds } from '../api/kinds.ts';
import type { KubernetesObject } from '../api/object.ts';
import { type EdgePods, edgeProxies, type MeshProxy } from '../confirmation/proxies.ts';
import { hostOf, type ProxyHost } from '../confirmation/proxy-config.ts';
import { resourceOf } from './informers.ts';

/** The proxies of a mesh as the operator reads them. */
export type ProxyReader = {
  /** What a proxy has of its hosts, by host; rejects where it does not say so in time. */
  read(proxy: MeshProxy): Promise<Readonly<Record<string, ProxyHost>>>;
  /** The proxies at the edge. */
  findEdge(edge: EdgePods): Promise<MeshProxy[]>;
};

/** Where Envoy's admin interface listens inside a pod, reachable by nobody but the pod itself. */
const adminPort = 15_000;

/** A proxy answers in milliseconds; what takes longer is as good as silent. */
const answerMs = 2_000;

/** Reads Envoys through the API server's port-forward: no proxy opens a port for it and no network has to reach them. */
export function envoyReader(client: ApiClient, credentials: Credentials): ProxyReader {
  return {
    read: async ({ namespace, pod, hosts }) => {
      const signal = AbortSignal.timeout(answerMs);
      const tunnel = await openTunnel(credentials, { namespace, pod, port: adminPort }, signal).catch(
        explain,
      );
      const giveUp = (): unknown => tunnel.destroy(new Error(`no answer within ${answerMs} ms`));
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        const routes = await fetchJson(tunnel, '/config_dump?resource=dynamic_route_configs');
        const clusters = await fetchJson(tunnel, `/clusters?format=json&filter=${filterOf(hosts)}`);
        return Object.fromEntries(hosts.map((host) => [host, hostOf(routes, clusters, host)]));
      } finally {
        signal.removeEventListener('abort', giveUp);
        tunnel.destroy();
      }
    },
    findEdge: async (edge) => {
      const labelSelector = Object.entries(edge.selector)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const { items } = await client.list<KubeObject & KubernetesObject>(podResource(), {
        namespace: edge.namespace,
        labelSelector,
      });
      return edgeProxies(edge, items);
    },
  };
}

function explain(error: unknown): never {
  if (error instanceof ApiError && error.status === 403) {
    throw new Error('the operator may not ask it; grant get and create on pods/portforward there');
  }
  throw error;
}

function podResource() {
  const row = kinds.find(({ kind }) => kind === 'Pod');
  if (row === undefined) throw new Error('the Kind table has no row for pods');
  return resourceOf(row);
}

/** Clusters of these hosts; host names hold no other special character of a regular expression than the dot. */
function filterOf(hosts: readonly string[]): string {
  return encodeURIComponent(`[|](${hosts.map((host) => host.replaceAll('.', '[.]')).join('|')})$`);
}

async function fetchJson(tunnel: Duplex, path: string): Promise<unknown> {
  // Any agent would make a connection of its own, and without the header this one would end with its first answer.
  const asked = request({
    ...{ createConnection: () => tunnel, path },
    headers: { host: 'localhost', connection: 'keep-alive' },
  });
  asked.end();
  // Of the one event there is, with the one argument that it has.
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const page = await text(answer);
  if (answer.statusCode !== 200) throw new Error(`it answered ${answer.statusCode}`);
  return JSON.parse(page);
}
