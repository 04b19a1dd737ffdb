/**
 * The value with each zero that has a sign spelt `-0`, which JSON.stringify would drop; for the wire only. Everything
 * else is as it was.
 */
export function spelt(value: unknown): unknown {
  if (Object.is(value, -0)) return rawNumber('-0');
  if (Array.isArray(value)) return value.map(spelt);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, spelt(child)]));
}

/** A number that JSON.stringify writes as it stands here; Node has this, its types do not tell. */
function rawNumber(text: string): unknown {
  const raw: unknown = Reflect.get(JSON, 'rawJSON');
  if (typeof raw !== 'function') throw new Error('this Node has no JSON.rawJSON');
  return raw(text);
}
