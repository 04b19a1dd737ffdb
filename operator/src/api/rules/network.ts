/** Networks in CIDR notation. */

/** Whether `text` is an IPv4 or IPv6 network as Kubernetes accepts it: no leading zeros, prefix within the family. */
export function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return false;
  if (address.includes(':')) return Number(prefix) <= 128 && isIPv6(address);
  return Number(prefix) <= 32 && isIPv4(address);
}

/** Whether the network, which has to be one, begins with its address: no bit is set beyond the prefix length. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix = ''] = text.split('/');
  const [width, parts] = address.includes(':')
    ? [16, groupsOf(address)]
    : [8, address.split('.').map(Number)];
  return parts.every((part, index) => {
    const kept = Math.min(width, Math.max(0, Number(prefix) - index * width));
    return part % 2 ** (width - kept) === 0;
  });
}

/** Whether `text` is an IPv4 or IPv6 address. */
export function isAddress(text: string): boolean {
  return isIPv4(text) || (text.includes(':') && isIPv6(text));
}

function isIPv4(address: string): boolean {
  const parts = address.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}

function isIPv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
  if (halves.length === 2 ? groups.length >= 8 : groups.length !== 8) return false;
  // An IPv4 address in the clothes of the other family, which Kubernetes refuses.
  return !/^(0,){5}65535,/.test(groupsOf(address).join());
}

/** The eight groups of an IPv6 address as numbers. */
function groupsOf(address: string): number[] {
  const [before = [], after = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
