/** A rule over several fields, written once: the CRD carries `cel`, offline validation calls `holds`. */

/** FieldValueDuplicate is left out: the API server prints it without the message. */
export type Reason = 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';

export type Rule = {
  /** Stable code for programs and docs. */
  readonly code: `ECS${number}`;
  /** Schema nodes that carry the rule, such as spec.services[]; the empty path is the object itself. */
  readonly at: readonly string[];
  /** Where the error points, relative to the node. */
  readonly field?: `.${string}`;
  readonly reason?: Reason;
  readonly cel: string;
  /** What to do, as one sentence. */
  readonly message: string;
  /** True for a rule over a change, which a file alone cannot break. */
  readonly overChange?: true;
  /** Whether a schema-valid, defaulted value of the node obeys, given the value before; the twin of `cel`. */
  readonly holds: (self: unknown, old?: unknown) => boolean;
};

type RuleOf<Self> = Omit<Rule, 'holds' | 'overChange'> & { readonly holds: (self: Self) => boolean };
type ChangeOf<Self> = Omit<Rule, 'holds' | 'overChange'> & {
  readonly allows: (self: Self, old: Self) => boolean;
};

/** A rule over nodes of type `Self`. */
export function ruleFor<Self>(rule: RuleOf<Self>): Rule {
  // The walker hands over only values at `at`, which the zod schema has parsed into `Self`.
  return { ...rule, holds: (self) => rule.holds(self as Self) };
}

/** A rule over the change of nodes of type `Self`; nothing is asked of a node that was not there before. */
export function changeFor<Self>({ allows, ...rule }: ChangeOf<Self>): Rule {
  // As above, for both values.
  const holds = (self: unknown, old?: unknown) => old === undefined || allows(self as Self, old as Self);
  return { ...rule, overChange: true, holds };
}

/** Nodes of the same type in each place where a service stands. */
export const eachService = (path = ''): string[] => [
  `spec.services[]${path}`,
  `spec.customServices[]${path}`,
];

/** Nodes of the same type in each place where a workload stands. */
export const eachWorkload = (path = ''): string[] => [...eachService(path), `spec.monolith${path}`];

/** How many of the values are there. */
export const count = (...values: readonly unknown[]): number =>
  values.filter((value) => value !== undefined).length;
