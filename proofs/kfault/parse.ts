import type { EventFault, Plan, RequestFault } from './plan.ts';

/** A text that is no plan; the message names the place. */
class PlanError extends Error {
  override readonly name = 'PlanError';
}

type Shape = (value: unknown, path: string) => void;

/** Reads a plan from JSON; throws a PlanError for what no plan may hold, such as a member with a typing error. */
export function parsePlan(text: string): Plan {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    throw new PlanError(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  isPlan(plan, 'plan');
  // Every member was looked at above.
  return plan as Plan;
}

const isNumber: Shape = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new PlanError(`${path} is no number`);
};
const isString: Shape = (value, path) => {
  if (typeof value !== 'string') throw new PlanError(`${path} is no text`);
};
const isBoolean: Shape = (value, path) => {
  if (typeof value !== 'boolean') throw new PlanError(`${path} is neither true nor false`);
};

const oneOf =
  (...allowed: readonly string[]): Shape =>
  (value, path) => {
    if (!allowed.some((each) => each === value))
      throw new PlanError(`${path} is ${JSON.stringify(value)}; it is one of ${allowed.join(', ')}`);
  };

const listOf =
  (element: Shape): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) throw new PlanError(`${path} is no list`);
    for (const [index, each] of value.entries()) element(each, `${path}[${index}]`);
  };

/** An object with these members; those of `needed` have to be there. */
const objectOf =
  (members: Readonly<Record<string, Shape>>, ...needed: readonly string[]): Shape =>
  (value, path) => {
    if (typeof value !== 'object' || value === null) throw new PlanError(`${path} is no object`);
    for (const name of needed) if (!(name in value)) throw new PlanError(`${path}.${name} is missing`);
    for (const [name, member] of Object.entries(value)) {
      const shape = members[name];
      if (shape === undefined) throw new PlanError(`${path}.${name} is not known`);
      shape(member, `${path}.${name}`);
    }
  };

/** An object whose `type` decides about its other members, all of which are needed but those named optional. */
const faultOf =
  (
    shapes: Readonly<Record<string, Readonly<Record<string, Shape>>>>,
    ...optional: readonly string[]
  ): Shape =>
  (value, path) => {
    if (typeof value !== 'object' || value === null) throw new PlanError(`${path} is no object`);
    const type: unknown = Reflect.get(value, 'type');
    oneOf(...Object.keys(shapes))(type, `${path}.type`);
    const members = shapes[String(type)] ?? {};
    const needed = Object.keys(members).filter((name) => !optional.includes(name));
    objectOf({ ...members, type: isString }, ...needed)(value, path);
  };

const trigger = { at: isNumber, fraction: isNumber, times: isNumber };

const requestFaults: Readonly<Record<RequestFault['type'], Readonly<Record<string, Shape>>>> = {
  Call: {},
  Answer: { status: isNumber, retryAfterSeconds: isNumber },
  Timeout: {},
  Reset: {},
  HalfBody: {},
};

const eventFaults: Readonly<Record<EventFault['type'], Readonly<Record<string, Shape>>>> = {
  Cut: { how: oneOf('Fin', 'Reset') },
  Garbage: {},
  Error: { code: isNumber },
  Silence: {},
  Drop: {},
  Hold: { milliseconds: isNumber },
  Reorder: {},
  Merge: {},
  Truncate: {},
};

const isPlan = objectOf({
  seed: isNumber,
  requests: listOf(
    objectOf(
      {
        ...trigger,
        place: oneOf('Before', 'After'),
        fault: faultOf(requestFaults, 'retryAfterSeconds'),
        on: objectOf(
          {
            lane: oneOf('write', 'read', 'watch', 'lease', 'event'),
            ...{ resource: isString, namespace: isString, name: isString },
          },
          'lane',
        ),
      },
      ...['on', 'place', 'fault'],
    ),
  ),
  events: listOf(
    objectOf(
      {
        ...trigger,
        fault: faultOf(eventFaults),
        on: objectOf({
          ...{ resource: isString, namespace: isString, initial: isBoolean },
          types: listOf(oneOf('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR')),
        }),
      },
      ...['on', 'fault'],
    ),
  ),
});
