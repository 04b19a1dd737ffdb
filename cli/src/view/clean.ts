/** A copy of a value in which no text holds what a terminal would obey: names and messages come from anybody. */
export function clean<Value>(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ') as Value; // text stays text
  if (Array.isArray(value)) return value.map(clean) as Value; // as long as before, item by item
  if (typeof value !== 'object' || value === null) return value;
  // The same members with values of the same types.
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, clean(child)])) as Value;
}
