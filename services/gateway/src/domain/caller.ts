/** Who is calling, as far as it was proven. */
export type Caller = {
  /** `subject` of a token, `key` of an API client, or nobody known. */
  readonly kind: 'anonymous' | 'subject' | 'key';
  readonly id: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** A name of the policy's tiers, where one was proven. */
  readonly tier?: string | undefined;
};

/** A caller of whom only the address is known. */
export function anonymous(address: string): Caller {
  return { kind: 'anonymous', id: networkOf(address), roles: [], scopes: [] };
}

/** What limits of this caller are counted under. */
export function limitKeyOf({ kind, id }: Pick<Caller, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}

/**
 * What a client can move within at no cost: an IPv4 address, or an IPv6 /64. An IPv4 address in IPv6 clothes is itself;
 * what is no address is taken as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const groups = expand(address);
  if (groups === undefined) return address;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 255]).join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

// The eight groups of an IPv6 address.
function expand(address: string): number[] | undefined {
  const bare = address.split('%', 1)[0] ?? '';
  const [left = '', right, ...more] = bare.split('::');
  if (more.length > 0) return undefined;
  const head = toGroups(left);
  const tail = right === undefined ? [] : toGroups(right);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function toGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const bytes = part.split('.').map(Number);
      if (bytes.length !== 4 || bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255))
        return undefined;
      const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
      groups.push(first * 256 + second, third * 256 + fourth);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
