import type { Random } from '../random.ts';

/** What can be asked for; written down here once more, so that the operator's own table cannot excuse itself. */
const verbs = [
  ...['SetWeight', 'Promote', 'PromoteFully', 'Pause', 'Resume', 'Abort', 'Retry', 'Undo'],
] as const;

/** The subresource that each verb needs. */
const rightOf: Readonly<Record<string, string>> = {
  SetWeight: 'set-weight',
  Promote: 'promote',
  PromoteFully: 'promote-fully',
  Pause: 'pause',
  Resume: 'resume',
  Abort: 'abort',
  Retry: 'retry',
  Undo: 'undo',
};

/** Somebody with an account in the namespace `shop`, and what the documentation promises them there. */
export type Person = {
  readonly name: string;
  /** Shipped roles that are bound to the account. */
  readonly roles: readonly string[];
  /** Rights of a Role of its own: subresources with create. */
  readonly own: readonly string[];
  readonly rights: ReadonlySet<string>;
  readonly mayAsk: boolean;
  readonly mayChangeStacks: boolean;
};

const promised: Readonly<Record<string, readonly string[]>> = {
  viewer: [],
  promoter: ['set-weight', 'promote', 'promote-fully', 'pause', 'resume', 'retry'],
  aborter: ['pause', 'abort', 'undo'],
  admin: [...Object.values(rightOf), 'override-freeze', 'on-behalf-of', 'rollout'],
};

/** Everybody: each shipped role alone, two of them together, a developer, and people whose Role is drawn. */
export function drawPeople(random: Random): Person[] {
  const drawn = Array.from({ length: 4 }, (_, index) => {
    const all = [...(promised['admin'] ?? [])];
    return person(`custom-${index}`, [], random.shuffle(all).slice(0, random.integer(0, all.length)), true);
  });
  return [
    ...Object.keys(promised).map((role) => person(role, [role], [], false)),
    person('both', ['promoter', 'aborter'], [], false),
    person('developer', [], [], true),
    person('nobody', [], [], false),
    ...drawn,
  ];
}

function person(name: string, roles: readonly string[], own: readonly string[], changes: boolean): Person {
  const rights = new Set([...own, ...roles.flatMap((role) => promised[role] ?? [])]);
  return {
    ...{ name, roles, own, rights },
    mayAsk: own.length > 0 || roles.some((role) => role !== 'viewer'),
    mayChangeStacks: changes || roles.includes('admin'),
  };
}

/** One request for an action. */
export type Ask = {
  readonly person: Person;
  readonly namespace: 'shop' | 'other';
  readonly verb: (typeof verbs)[number];
  /** The name that stands in it instead of the author's. */
  readonly forged?: string;
  readonly overrideFreeze: boolean;
  readonly onBehalfOf: boolean;
};

/** A request by anybody, more often honest than not. */
export function drawAsk(random: Random, people: readonly Person[]): Ask {
  const other = random.pick(people).name;
  const names = ['admin', 'system:admin', accountOf(other), other];
  const person = random.pick(people);
  const forged = random.integer(1, 4) === 1 ? random.pick(names) : undefined;
  return {
    person,
    namespace: random.integer(1, 8) === 1 ? 'other' : 'shop',
    verb: random.pick(verbs),
    ...(forged !== undefined && forged !== accountOf(person.name) && { forged }),
    overrideFreeze: random.integer(1, 5) === 1,
    onBehalfOf: random.integer(1, 5) === 1,
  };
}

/** Each verb asked by each person: honestly, in another name, inside a freeze and for somebody else. */
export function everyAsk(random: Random, people: readonly Person[]): Ask[] {
  const plainly = { namespace: 'shop', overrideFreeze: false, onBehalfOf: false } as const;
  return people.flatMap((person) => [
    ...verbs.map((verb) => ({ person, verb, ...plainly })),
    { person, verb: random.pick(verbs), ...plainly, forged: 'admin' },
    { person, verb: random.pick(verbs), ...plainly, overrideFreeze: true },
    { person, verb: random.pick(verbs), ...plainly, onBehalfOf: true },
  ]);
}

/** Whether the documentation says that it is taken. */
export function isAllowed({ person, namespace, verb, forged, overrideFreeze, onBehalfOf }: Ask): boolean {
  if (!person.mayAsk || namespace !== 'shop' || forged !== undefined) return false;
  const needed = [
    rightOf[verb] ?? '',
    ...(overrideFreeze ? ['override-freeze'] : []),
    ...(onBehalfOf ? ['on-behalf-of'] : []),
  ];
  return needed.every((right) => person.rights.has(right));
}

/** The name under which the API server knows somebody. */
export function accountOf(name: string): string {
  return `system:serviceaccount:shop:${name}`;
}
