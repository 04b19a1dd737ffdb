import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** What the gateway follows without a restart. Fields of the file that this version does not know are passed over. */
export type Policy = {
  /** Proxies in front whose X-Forwarded-For entries are believed, counted from the right. */
  readonly trustedProxyHops: number;
  readonly isDenied: (address: string) => boolean;
};

const network = z
  .string()
  .refine((text) => parseNetwork(text) !== undefined, 'must be a network like 203.0.113.0/24');

const policyFile = z.object({
  trustedProxyHops: z.int().min(0).max(10).default(0),
  denyCIDRs: z.array(network).max(256).default([]),
});

/** The policy without a file: nobody in front is trusted, nobody is denied. */
export const openPolicy: Policy = toPolicy({ trustedProxyHops: 0, denyCIDRs: [] });

/** The policy in the text of a file. Throws with the reason when it is none. */
export function parsePolicy(text: string): Policy {
  const parsed = policyFile.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return toPolicy(parsed.data);
}

function toPolicy({ trustedProxyHops, denyCIDRs }: z.output<typeof policyFile>): Policy {
  const denied = new BlockList();
  for (const text of denyCIDRs) {
    const found = parseNetwork(text);
    if (found !== undefined) denied.addSubnet(found.address, found.prefix, found.family);
  }
  return {
    trustedProxyHops,
    isDenied: (address) => isIP(address) !== 0 && denied.check(address, familyOf(address)),
  };
}

function parseNetwork(
  text: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = isIP(address);
  const prefix = /^[0-9]{1,3}$/.test(length) ? Number(length) : -1;
  const most = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || prefix < 0 || prefix > most) return undefined;
  return { address, prefix, family: familyOf(address) };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
