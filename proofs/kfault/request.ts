import type { Lane, RequestFacts } from './plan.ts';

type Path = Omit<RequestFacts, 'lane' | 'method'>;

/** Reads a request of the Kubernetes API: what it is about, and in which lane it is numbered. */
export function readRequest(method: string, url: string): RequestFacts {
  const { pathname, searchParams } = new URL(url, 'http://kfault');
  const path = readPath(pathname);
  return { method, ...path, lane: laneOf(method, path, searchParams) };
}

function readPath(pathname: string): Path {
  const parts = pathname.split('/').filter((part) => part !== '');
  const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
  // `namespaces/NAME` alone is the Namespace itself; with a resource behind it, it is where that lives.
  const isScoped = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name = '', subresource = ''] = (isScoped ? rest.slice(2) : rest).map(
    decodeURIComponent,
  );
  return { resource, name, subresource, namespace: isScoped ? decodeURIComponent(rest[1] ?? '') : '' };
}

function laneOf(method: string, { resource }: Path, query: URLSearchParams): Lane {
  if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
  if (resource === 'leases') return 'lease';
  if (method === 'GET' || query.has('dryRun')) return 'read';
  return resource === 'events' ? 'event' : 'write';
}
