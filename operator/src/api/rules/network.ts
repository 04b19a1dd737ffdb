/** Networks in CIDR notation. */

/** Whether `text` is an IPv4 or IPv6 network as Kubernetes accepts it: no leading zeros, prefix within the family. */
export function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(prefix)) return false;
  if (address.includes(':')) return Number(prefix) <= 128 && isIPv6(address);
  return Number(prefix) <= 32 && isIPv4(address);
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
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
