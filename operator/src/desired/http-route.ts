import type { KubernetesObject } from '../api/object.ts';
import { type Backend, type HeaderMatch, stickyHeader, type Traffic } from './routes.ts';

/** Traffic to one service below one path of the edge. */
export type EdgeRoute = { path: string; service: string; port: number; traffic: Traffic };

/** Rules that the Gateway API takes in one HTTPRoute. */
const mostRules = 16;

/**
 * The HTTPRoutes of all hosts; a split between revisions goes to the Services of their Deployments. Rules that do not
 * fit into the first one stand in further ones: a Gateway merges the routes of a host by the longest path.
 */
export function buildHttpRoutes(edge: {
  name: string;
  labels: Record<string, string>;
  parentRefs: readonly { name: string; sectionName?: string; port?: number }[];
  hostnames: readonly string[];
  routes: readonly EdgeRoute[];
}): KubernetesObject[] {
  return portions(edge.routes.map(buildRules)).map((rules, index) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: index === 0 ? edge.name : `${edge.name}-${index}`, labels: edge.labels },
    spec: {
      parentRefs: edge.parentRefs,
      ...(edge.hostnames.length > 0 && { hostnames: edge.hostnames }),
      rules,
    },
  }));
}

/** The rules in as few portions as they fit in; those of one path stay together, for their order counts. */
function portions<Rule>(paths: readonly (readonly Rule[])[]): Rule[][] {
  return paths.reduce<Rule[][]>((done, rules) => {
    const last = done.at(-1);
    if (last === undefined || last.length + rules.length > mostRules) done.push([...rules]);
    else last.push(...rules);
    return done;
  }, []);
}

function buildRules(route: EdgeRoute): Record<string, unknown>[] {
  const path = { type: 'PathPrefix', value: route.path };
  return route.traffic.rules.map(({ matches, backends }) => ({
    matches:
      matches.length === 0 ? [{ path }] : matches.map((match) => ({ path, headers: headersOf(match) })),
    backendRefs: backends.map((backend) => buildBackend(route, backend)),
  }));
}

function buildBackend({ service, port, traffic }: EdgeRoute, backend: Backend): Record<string, unknown> {
  const { cookie } = traffic;
  return {
    name: backend.service ?? service,
    port,
    weight: backend.weight,
    ...(cookie &&
      backend.revision !== undefined && {
        filters: [
          {
            type: 'ResponseHeaderModifier',
            responseHeaderModifier: {
              add: [{ name: 'set-cookie', value: stickyHeader(cookie, backend.revision) }],
            },
          },
        ],
      }),
  };
}

/** The Gateway API knows no prefix of a header, so it is spelt as an expression. */
function headersOf(match: HeaderMatch): Record<string, unknown>[] {
  return Object.entries(match).map(([name, { exact, prefix, regex }]) =>
    exact === undefined
      ? { type: 'RegularExpression', name, value: regex ?? `${escaped(prefix ?? '')}.*` }
      : { type: 'Exact', name, value: exact },
  );
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
