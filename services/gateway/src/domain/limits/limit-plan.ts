import { type Caller, limitKeyOf } from '../caller.ts';
import type { Charge, Rule } from './rule.ts';

/** The limit of one path prefix, of each caller or of all together. */
type RouteLimit = { readonly path: string; readonly scope: 'Caller' | 'Global'; readonly rule: Rule };

/** Every limit of a policy, with the rules made ready. */
export type LimitPlan = {
  /** Over everything, all callers together. */
  readonly global?: Rule | undefined;
  /** Of a caller over everything, where no tier applies. */
  readonly caller: Rule;
  readonly tiers: ReadonlyMap<string, Rule>;
  /** Of single prefixes below /api/v1; the longest that fits counts. */
  readonly routes: readonly RouteLimit[];
};

/** The charges of one request: its caller's, the longest fitting prefix's, and everybody's. `path` lies below /api/v1. */
export function chargesOf(plan: LimitPlan, caller: Caller, path: string): Charge[] {
  const key = limitKeyOf(caller);
  const tier = caller.tier === undefined ? undefined : plan.tiers.get(caller.tier);
  const charges: Charge[] = [];
  let route: RouteLimit | undefined;
  for (const candidate of plan.routes)
    if (covers(candidate.path, path) && candidate.path.length > (route?.path.length ?? -1)) route = candidate;
  if (route !== undefined) charges.push({ rule: route.rule, key: route.scope === 'Global' ? '*' : key });
  charges.push({ rule: tier ?? plan.caller, key });
  if (plan.global !== undefined) charges.push({ rule: plan.global, key: '*' });
  return charges;
}

/** Every rule of a plan. */
export function rulesOf({ global, caller, tiers, routes }: LimitPlan): Rule[] {
  return [
    ...routes.map(({ rule }) => rule),
    caller,
    ...tiers.values(),
    ...(global === undefined ? [] : [global]),
  ];
}

function covers(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || (path.startsWith(prefix) && path.charAt(prefix.length) === '/');
}
