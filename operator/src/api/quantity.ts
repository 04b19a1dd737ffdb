/** Kubernetes quantities, exact to a billionth. */

const multipliers: Readonly<Record<string, bigint>> = {
  m: 1_000_000n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 10n ** 9n * 2n ** 10n,
  Mi: 10n ** 9n * 2n ** 20n,
  Gi: 10n ** 9n * 2n ** 30n,
  Ti: 10n ** 9n * 2n ** 40n,
  Pi: 10n ** 9n * 2n ** 50n,
  Ei: 10n ** 9n * 2n ** 60n,
};

/** The API server takes a binary multiple for this at most. */
const mostBinary = (2n ** 63n - 1n) * 10n ** 9n;

/**
 * Billionths of the unit (nano-cores, nano-bytes), as the API server reads it: what is smaller is rounded up, what is
 * larger than a binary multiple may be counts as the largest. Undefined when `quantity` has no such form.
 */
export function parseQuantity(quantity: string | number): bigint | undefined {
  const parts = /^(-?)([0-9]+)(?:\.([0-9]{1,9}))?([a-zA-Z]*)$/.exec(String(quantity));
  const multiplier = multipliers[parts?.[4] ?? ''];
  if (parts === null || multiplier === undefined) return undefined;
  const fraction = (parts[3] ?? '').padEnd(9, '0');
  const billionths = BigInt(`${parts[2]}${fraction}`);
  const exact = (billionths * multiplier + 10n ** 9n - 1n) / 10n ** 9n;
  const value = parts[4]?.endsWith('i') === true && exact > mostBinary ? mostBinary : exact;
  return parts[1] === '-' ? -value : value;
}

/** Whether `a` is more than `b`; false when either is no quantity. */
export function exceeds(a: string | number, b: string | number): boolean {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  return left !== undefined && right !== undefined && left > right;
}
