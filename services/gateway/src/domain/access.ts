import type { Caller } from './caller.ts';

/** What is asked for. The path lies below /api/v1, or is the storefront's own. */
export type AccessRequest = {
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly country?: string | undefined;
};

/** `caller.id`, `caller.tier`, `caller.kind`, `request.method`, `request.address`, `request.country` or `path.<name>`. */
type Attribute = string;

type Condition = {
  readonly attribute: Attribute;
  readonly is: 'Equal' | 'NotEqual' | 'OneOf';
  /** Another attribute, whose value has to be there. */
  readonly to?: Attribute | undefined;
  readonly values?: readonly string[] | undefined;
};

/** A rule fits when everything that it names fits; what it does not name fits always. */
export type AccessRule = {
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly methods?: readonly string[] | undefined;
  /** Segments; `{name}` stands for any one, `**` at the end for all that follow. */
  readonly paths: readonly (readonly string[])[];
  readonly callers?: readonly Caller['kind'][] | undefined;
  /** Of which the caller has to have one. */
  readonly roles?: readonly string[] | undefined;
  /** All of which the caller has to have. */
  readonly scopes?: readonly string[] | undefined;
  readonly when: readonly Condition[];
};

export type AccessDecision = { readonly allowed: boolean; readonly rule?: string };

/** The first rule that fits decides; where none does, the answer is no. */
export function decideAccess(
  rules: readonly AccessRule[],
  caller: Caller,
  request: AccessRequest,
): AccessDecision {
  const segments = segmentsOf(request.path);
  for (const rule of rules)
    if (fits(rule, caller, request, segments)) return { allowed: rule.effect === 'Allow', rule: rule.name };
  return { allowed: false };
}

/** The segments of a path or pattern; a slash at its end makes no difference. */
export function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function fits(
  rule: AccessRule,
  caller: Caller,
  request: AccessRequest,
  segments: readonly string[],
): boolean {
  if (rule.methods !== undefined && !rule.methods.includes(request.method)) return false;
  if (rule.callers !== undefined && !rule.callers.includes(caller.kind)) return false;
  if (rule.roles !== undefined && !rule.roles.some((role) => caller.roles.includes(role))) return false;
  if (rule.scopes !== undefined && !rule.scopes.every((scope) => caller.scopes.includes(scope))) return false;
  return rule.paths.some((pattern) => {
    const names = matchPath(pattern, segments);
    return names !== undefined && rule.when.every((condition) => holds(condition, caller, request, names));
  });
}

function matchPath(pattern: readonly string[], segments: readonly string[]): Map<string, string> | undefined {
  const names = new Map<string, string>();
  for (const [index, wanted] of pattern.entries()) {
    if (wanted === '**') return names;
    const seen = segments[index];
    if (seen === undefined) return undefined;
    if (wanted.startsWith('{')) names.set(wanted.slice(1, -1), seen);
    else if (wanted !== seen) return undefined;
  }
  return pattern.length === segments.length ? names : undefined;
}

// A value that is not there equals nothing, not even another that is not there.
function holds(
  { attribute, is, to, values }: Condition,
  caller: Caller,
  request: AccessRequest,
  names: ReadonlyMap<string, string>,
): boolean {
  const left = attributeOf(attribute, caller, request, names);
  if (left === undefined) return false;
  const other = to === undefined ? undefined : attributeOf(to, caller, request, names);
  const right = to === undefined ? values : other === undefined ? undefined : [other];
  if (right === undefined) return false;
  return is === 'NotEqual' ? !right.includes(left) : right.includes(left);
}

function attributeOf(
  attribute: Attribute,
  caller: Caller,
  request: AccessRequest,
  names: ReadonlyMap<string, string>,
): string | undefined {
  if (attribute.startsWith('path.')) return names.get(attribute.slice('path.'.length));
  switch (attribute) {
    case 'caller.id':
      // An address is no identity that could own something.
      return caller.kind === 'anonymous' ? undefined : caller.id;
    case 'caller.tier':
      return caller.tier;
    case 'caller.kind':
      return caller.kind;
    case 'request.method':
      return request.method;
    case 'request.address':
      return request.address;
    case 'request.country':
      return request.country;
    default:
      return undefined;
  }
}
