/** Any JSON object whose members may be changed in place; what is drawn is edited before anybody sees it. */
export type Members = Record<string, unknown>;

/** Steps of a path such as `spec.services[0].env[2]` or `spec.pod.labels[app]`: names and indexes. */
export type Steps = readonly (string | number)[];

/** Steps of a path that `valuesAt` wrote; what stands in brackets is an index of a list or a key of a map. */
export function stepsOf(path: string): Steps {
  const found = path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g);
  return [...found].map(([, inner, name]) => {
    if (inner === undefined) return name ?? '';
    return /^\d+$/.test(inner) ? Number(inner) : inner;
  });
}

/** The value at these steps; undefined where a member is missing. */
export function valueAt(value: unknown, steps: Steps): unknown {
  return steps.reduce<unknown>((inner, step) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.getOwnPropertyDescriptor(inner, step)?.value;
  }, value);
}

/** Changes the value at these steps in place; undefined takes a member or an item away. */
export function put(root: unknown, steps: Steps, value: unknown): void {
  const last = steps.at(-1);
  const holder = valueAt(root, steps.slice(0, -1));
  if (last === undefined || typeof holder !== 'object' || holder === null) {
    throw new Error(`there is nothing at ${steps.join('.')} to change`);
  }
  if (value !== undefined) {
    // A plain member even where it is called __proto__.
    Object.defineProperty(holder, last, { value, writable: true, enumerable: true, configurable: true });
  } else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else Reflect.deleteProperty(holder, last);
}

/** The value as an object with members; throws for anything else. */
export function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`no object: ${JSON.stringify(value)}`);
  }
  return value as Members; // just shown to be one
}
