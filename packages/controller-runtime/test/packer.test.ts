import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Packer } from '../src/packer.ts';

function roundTrip(packer: Packer, value: unknown, known: string[] = []): unknown {
  return JSON.parse(packer.unpack(packer.pack(JSON.stringify(value), known), known));
}

const seed = (index: number) => ({
  name: `cart-${index}`,
  image: `registry.example.com/shop/cart:v1.${index}.0`,
  labels: { app: `cart-${index}`, tier: 'edge' },
  replicas: index,
  paused: index % 2 === 0,
  gone: null,
});

test('whatever was packed before, every JSON text comes back as it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 12 }),
      fc.array(fc.string()),
      (values, known) => {
        const packer = new Packer();
        for (const value of values) {
          const text = JSON.stringify(value);
          expect(packer.unpack(packer.pack(text, known), known)).toBe(text);
        }
      },
    ),
  );
});

test('texts of one shape whose scalars are near each other come back as they were', () => {
  const scalar = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', 'é', '雪'), maxLength: 6 }),
    fc.integer(),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(scalar, scalar, scalar, scalar), { minLength: 2, maxLength: 8 }),
      (rows) => {
        const packer = new Packer();
        const texts = rows.map((row) => JSON.stringify({ row }));
        const packed = texts.map((text) => packer.pack(text, ['a', 'ab']));
        expect(packed.map((each) => packer.unpack(each, ['a', 'ab']))).toEqual(texts);
      },
    ),
  );
});

test('lists and texts longer than one character can count come back as they were', () => {
  const packer = new Packer();
  const long = Array.from({ length: 900 }, (_, index) => `item ${index} ${'x'.repeat(500)}`);
  const other = long.map((item, index) => (index % 7 === 0 ? `${item}${item}` : item));
  expect(roundTrip(packer, long)).toEqual(long);
  expect(roundTrip(packer, other)).toEqual(other);
  expect(roundTrip(packer, long)).toEqual(long);
});

test('a second text of a shape takes a fraction of the first', () => {
  const packer = new Packer();
  packer.pack(JSON.stringify(seed(1)), []);
  const text = JSON.stringify(seed(2));
  const { differences } = packer.pack(text, ['cart-2']);
  expect(differences.length).toBeLessThan(text.length / 5);
  expect(packer.size).toBe(1);
});

test('a shape that nobody uses any more is forgotten', () => {
  const packer = new Packer();
  const [first, second] = [packer.pack('{"a":1}', []), packer.pack('{"a":2}', [])];
  packer.release(first);
  expect(packer.unpack(second, [])).toBe('{"a":2}');
  packer.release(second);
  expect(packer.size).toBe(0);
});
