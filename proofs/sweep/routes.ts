import type { AuditEvent } from '../audit.ts';
import { at } from '../kube/object.ts';

type Subset = { readonly host: string; readonly subset: string };

/** Where a route named, at any moment, a subset that its host did not have: subset before weight, weight before removal. */
export function astray(events: readonly AuditEvent[]): string[] {
  const made = new Map<string, Subset[]>();
  const named = new Map<string, Subset[]>();
  const written = events.filter(({ code, group }) => code < 300 && group === 'networking.istio.io');
  return written.flatMap((event) => {
    const { resource, name, verb, route } = event;
    const isRule = resource === 'destinationrules';
    const live = isRule ? made : resource === 'virtualservices' ? named : undefined;
    if (live === undefined || (verb !== 'delete' && route === undefined)) return [];
    if (verb === 'delete') live.delete(name);
    else live.set(name, isRule ? subsetsOf(route) : subsetsIn(route));
    const has = new Set([...made.values()].flat().map(keyOf));
    const lost = [...named.values()].flat().filter((subset) => !has.has(keyOf(subset)));
    return lost.map(
      (subset) => `after ${verb} ${resource}/${name} a route names ${keyOf(subset)}, which is missing`,
    );
  });
}

function keyOf({ host, subset }: Subset): string {
  return `${subset} of ${host}`;
}

function subsetsOf(rule: unknown): Subset[] {
  const subsets = at(rule, 'subsets');
  const host = String(at(rule, 'host'));
  return (Array.isArray(subsets) ? subsets : []).map((one) => ({ host, subset: String(at(one, 'name')) }));
}

/** Every destination of a route, wherever it stands. */
function subsetsIn(route: unknown): Subset[] {
  if (typeof route !== 'object' || route === null) return [];
  const [host, subset] = [at(route, 'host'), at(route, 'subset')];
  const own = typeof host === 'string' && typeof subset === 'string' ? [{ host, subset }] : [];
  return [...own, ...Object.values(route).flatMap(subsetsIn)];
}
