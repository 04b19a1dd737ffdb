import type { Rule } from '../../operator/src/api/rules/rule.ts';
import { rules } from '../../operator/src/api/rules.ts';
import { pathSteps } from '../../operator/src/api/structural.ts';
import { valuesAt } from '../../operator/src/api/validate.ts';
import { stepsOf, valueAt } from './json.ts';
import { type SchemaNode, withDefaults } from './schema.ts';

/** One rule over several fields at one node of the schema. */
export type Site = { readonly rule: Rule; readonly at: string };

/** Every rule that a file alone can break, at every node that carries it. */
export const sites: readonly Site[] = rules
  .filter((rule) => rule.overChange !== true)
  .flatMap((rule) => rule.at.map((at) => ({ rule, at })));

/** A rule that a stack breaks: the node that carries it and the path that has to be named. */
export type Breach = { readonly site: Site; readonly node: string; readonly path: string };

/** Every rule that the stack breaks, by the operator's own judgement; the schema is not looked at. */
export function breachesOf(schema: SchemaNode, stack: unknown): Breach[] {
  const complete = withDefaults(schema, stack);
  return sites.flatMap((site) =>
    valuesAt(complete, pathSteps(site.at), '')
      .filter(({ value }) => !site.rule.holds(value))
      .map(({ path }) => ({ site, node: path, path: `${path}${site.rule.field ?? ''}`.replace(/^\./, '') })),
  );
}

const changeRules = rules.filter((rule) => rule.overChange === true);

/** Whether every rule over changes lets the second stack follow the first, by the operator's own judgement. */
export function mayFollow(schema: SchemaNode, before: unknown, after: unknown): boolean {
  const [old, next] = [before, after].map((stack) => withDefaults(schema, stack));
  return changeRules.every((rule) =>
    rule.at.every((at) => {
      const [was, is] = [old, next].map((stack) => valueAt(stack, stepsOf(at)));
      return was === undefined || is === undefined || rule.holds(is, was);
    }),
  );
}
