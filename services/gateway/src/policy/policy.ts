import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { LimitPlan } from '../domain/limits/limit-plan.ts';
import { type Rule, toRule } from '../domain/limits/rule.ts';
import type { Sharing } from '../limiter/limiter.ts';
import { type PolicyDocument, policyDocument } from './document.ts';
import type { Network } from './shapes.ts';

/** What the gateway follows without a restart, made ready for use. */
export type Policy = Omit<PolicyDocument, 'denyCIDRs' | 'allowCIDRs' | 'rateLimits'> & {
  readonly isDenied: (address: string) => boolean;
  readonly limits?: { readonly plan: LimitPlan; readonly sharing: Sharing } | undefined;
};

/** The policy without a file: nobody in front is trusted, nobody is denied, nothing is limited or kept. */
export const openPolicy: Policy = toPolicy(policyDocument.parse({}));

/** The policy in the text of a file. Throws with the reason when it is none. */
export function parsePolicy(text: string): Policy {
  const parsed = policyDocument.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return toPolicy(parsed.data);
}

function toPolicy({ denyCIDRs, allowCIDRs, rateLimits, ...rest }: PolicyDocument): Policy {
  const [denied, allowed] = [toList(denyCIDRs), toList(allowCIDRs)];
  const contains = (list: BlockList, address: string) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return {
    ...rest,
    isDenied: (address) => contains(denied, address) && !contains(allowed, address),
    limits:
      rateLimits === undefined
        ? undefined
        : {
            plan: toPlan(rateLimits),
            sharing: { mode: rateLimits.mode, withoutRedis: rateLimits.withoutRedis },
          },
  };
}

function toList(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return list;
}

function toPlan(limits: NonNullable<PolicyDocument['rateLimits']>): LimitPlan {
  type Counting = Partial<Pick<typeof limits, 'algorithm' | 'window' | 'burst'>>;
  const ruleOf = (name: string, perMinute: number, own: Counting = {}): Rule => {
    const windowMs = own.window ?? limits.window ?? 60_000;
    // Figures are told by the minute; a window of another length holds its share of them.
    const limit = Math.max(1, Math.floor((perMinute * windowMs) / 60_000));
    return toRule({
      name,
      algorithm: own.algorithm ?? limits.algorithm,
      limit,
      windowMs,
      burst: own.burst ?? limits.burst,
    });
  };
  return {
    caller: ruleOf('caller', limits.perMinute),
    global: limits.global === undefined ? undefined : ruleOf('all', limits.global.perMinute, limits.global),
    tiers: new Map(Object.entries(limits.tiers).map(([tier, figure]) => [tier, ruleOf(tier, figure)])),
    routes: limits.routes.map((route) => ({
      path: route.path,
      scope: route.scope,
      rule: ruleOf(route.path, route.perMinute, route),
    })),
  };
}
