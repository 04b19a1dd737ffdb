/** Judges a stack or an action without a cluster, as the API server would. */
import type { z } from 'zod';
import { actionSchema, stackSchema } from './crd.ts';
import { apiVersion, type EcommerceStack, ecommerceStack, kind } from './ecommercestack.ts';
import { actionKind, type RolloutAction, rolloutAction } from './rolloutaction.ts';
import { actionRules } from './rules/action.ts';
import type { Rule } from './rules/rule.ts';
import { rules } from './rules.ts';
import { pathSteps, type StructuralSchema } from './structural.ts';

export type Problem = { readonly path: string; readonly code: string; readonly message: string };

/** A stack with its constant defaults filled in, or what is wrong with it. */
export type Validated =
  | { readonly ok: true; readonly stack: EcommerceStack }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Codes of the problems that no rule over several fields finds. */
export const schemaCodes = {
  value: 'ECS0001',
  unknownField: 'ECS0002',
  otherKind: 'ECS0003',
  duplicate: 'ECS0004',
} as const;

/** One Kind of ours, as judged: its structural schema, its parser and its rules. */
type Form<Parsed> = {
  readonly kind: string;
  readonly schema: StructuralSchema;
  readonly parser: z.ZodType<Parsed>;
  readonly rules: readonly Rule[];
};

type Judged<Parsed> =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const stackForm: Form<EcommerceStack> = { kind, schema: stackSchema(), parser: ecommerceStack, rules };
const actionForm: Form<RolloutAction> = {
  kind: actionKind,
  schema: actionSchema(),
  parser: rolloutAction,
  rules: actionRules,
};

/**
 * Parses and judges: unknown fields, the schema, then the rules over several fields. `newer` lets fields pass that this
 * version does not know: the API server has judged them by its CRD, which may be a later one.
 */
export function validateStack(given: unknown, { newer = false } = {}): Validated {
  const judged = judgeAs(stackForm, given, newer);
  return judged.ok ? { ok: true, stack: judged.parsed } : judged;
}

/** What is wrong with a RolloutAction; nothing where the API server would take it, rights aside. */
export function actionProblems(given: unknown): readonly Problem[] {
  const judged = judgeAs(actionForm, given, false);
  return judged.ok ? [] : judged.problems;
}

function judgeAs<Parsed>(form: Form<Parsed>, given: unknown, newer: boolean): Judged<Parsed> {
  const problems = otherKind(form.kind, given) ?? (newer ? [] : unknownFields(form.schema, given, ''));
  if (problems.length > 0) return { ok: false, problems };
  const result = form.parser.safeParse(withoutNulls(given));
  if (!result.success) return { ok: false, problems: result.error.issues.map(toProblem) };
  const broken = form.rules.flatMap((rule) => judge(rule, result.data));
  return broken.length > 0 ? { ok: false, problems: broken } : { ok: true, parsed: result.data };
}

/** A member that is null is a member left out, as for the API server; a null in a list is a value, and a wrong one. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, child]) => child !== null);
  return Object.fromEntries(members.map(([name, child]) => [name, withoutNulls(child)]));
}

function otherKind(kind: string, content: unknown): Problem[] | undefined {
  const isObject = typeof content === 'object' && content !== null;
  if (
    isObject &&
    Reflect.get(content, 'apiVersion') === apiVersion &&
    Reflect.get(content, 'kind') === kind
  ) {
    return undefined;
  }
  return [{ path: 'kind', code: schemaCodes.otherKind, message: `is no ${kind} of ${apiVersion}` }];
}

function unknownFields(schema: StructuralSchema, value: unknown, path: string): Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(schema.items ?? {}, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (at === 'metadata') return [];
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known !== undefined) return unknownFields(known, child, at);
    if (schema.type !== 'object') return [];
    return [{ path: at, code: schemaCodes.unknownField, message: `unknown field "${at}"` }];
  });
}

function toProblem(issue: z.core.$ZodIssue): Problem {
  return {
    path: toPath(issue.path),
    code: issue.message.startsWith('Duplicate value') ? schemaCodes.duplicate : schemaCodes.value,
    message: issue.message,
  };
}

function toPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, element) => {
    if (typeof element === 'number') return `${text}[${element}]`;
    return text === '' ? String(element) : `${text}.${String(element)}`;
  }, '');
}

/** The problems that one rule finds, at each of its nodes that is present. */
function judge(rule: Rule, object: unknown): Problem[] {
  return rule.at.flatMap((node) =>
    valuesAt(object, pathSteps(node), '')
      .filter(({ value }) => !rule.holds(value))
      .map(({ path }) => ({
        path: `${path}${rule.field ?? ''}`.replace(/^\./, ''),
        code: rule.code,
        message: rule.message,
      })),
  );
}

type Located = { readonly path: string; readonly value: unknown };

/** Every present value at a path such as spec.services[].env[]. */
export function valuesAt(value: unknown, steps: readonly string[], path: string): Located[] {
  const [step, ...rest] = steps;
  if (value === undefined || value === null) return [];
  if (step === undefined) return [{ path, value }];
  if (typeof value !== 'object') return [];
  if (step === '[]') {
    return (Array.isArray(value) ? value : []).flatMap((item, index) =>
      valuesAt(item, rest, `${path}[${index}]`),
    );
  }
  if (step === '{}') {
    return Object.entries(value).flatMap(([key, child]) => valuesAt(child, rest, `${path}[${key}]`));
  }
  return valuesAt(Reflect.get(value, step), rest, path === '' ? step : `${path}.${step}`);
}
