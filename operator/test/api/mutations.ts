import fc from 'fast-check';
import { fieldsOf } from '../../../hack/generate/reference.ts';
import { stackSchema } from '../../src/api/crd.ts';
import { pathSteps } from '../../src/api/structural.ts';

/** A place in a document: member names and list indexes. */
type Place = readonly (string | number)[];

const words = [...new Set(fieldsOf(stackSchema(), '').flatMap(({ path }) => pathSteps(path)))].filter(
  (step) => !/[[{]/.test(step),
);

/** Values that a schema may take for what they are not. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    '0',
    '1',
    '100%',
    '0%',
    '-1',
    'x'.repeat(64),
    'A',
    'a.b',
    'v1',
    '5m',
    '0s',
    '1e3',
    '250m',
    '1.5Gi',
    '08',
    '10.0.0.0/8',
    '::/0',
    '::1',
    '1.2.3.4/33',
    '/',
    '/a',
    'user',
    'loyalty',
    'Istio',
    'None',
    'Canary',
    'Rolling',
    'External',
    'Embedded',
    'Monolith',
    'Disabled',
    'Ingress',
    'GatewayAPI',
    'Duration',
    'Approval',
  ),
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    50,
    100,
    101,
    70000,
    1.5,
    2 ** 31,
    true,
    false,
    {},
    [],
    [{}],
    ['a', 'a'],
    { a: 'b' },
    null,
  ),
  fc.string({ maxLength: 12 }),
  fc.integer({ min: -5, max: 200 }),
);

function placesOf(value: unknown, place: Place): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [place, ...entries.flatMap(([key, child]) => placesOf(child, [...place, key]))];
}

function changed(value: unknown, [key, ...rest]: Place, change: (child: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((child, index) => (index === key ? changed(child, rest, change) : child));
  return { ...Object(value), [key]: changed(Reflect.get(Object(value), key), rest, change) };
}

/** `spec` with one change somewhere: a value replaced, a member removed, added or copied, a list item doubled. */
export function mutationOf(spec: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(spec, []).filter((place) => place.length > 0);
  return fc
    .tuple(
      fc.constantFrom(...places),
      fc.constantFrom('replace', 'remove', 'add', 'double', 'move'),
      strange,
      fc.constantFrom(...words),
      fc.constantFrom(...places),
    )
    .map(([place, how, value, word, other]) => {
      const parent = place.slice(0, -1);
      const last = place.at(-1);
      if (how === 'replace') return changed(spec, place, () => value);
      if (how === 'move') return changed(spec, place, () => valueAt(spec, other));
      if (how === 'remove') return changed(spec, parent, (container) => without(container, last));
      if (how === 'double')
        return changed(spec, parent, (container) =>
          Array.isArray(container) ? [...container, valueAt(spec, place)] : container,
        );
      return changed(spec, parent, (container) =>
        Array.isArray(container) ? [...container, value] : { ...Object(container), [word]: value },
      );
    });
}

function valueAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((at, key) => Reflect.get(Object(at), key), value);
}

function without(container: unknown, key: string | number | undefined): unknown {
  if (Array.isArray(container)) return container.filter((_, index) => index !== key);
  return Object.fromEntries(Object.entries(Object(container)).filter(([name]) => name !== key));
}
