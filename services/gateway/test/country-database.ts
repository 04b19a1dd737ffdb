type Node = [Branch, Branch];
type Branch = Node | string | undefined;

/** A country database in MaxMind's format (2.0, 24-bit records) for these networks, made small enough to read. */
export function buildCountryDatabase(networks: Readonly<Record<string, string>>): Buffer {
  const root: Node = [undefined, undefined];
  for (const [network, country] of Object.entries(networks)) plant(root, bitsOf(network), country);
  const nodes: Node[] = [];
  const number = (node: Node): void => {
    nodes.push(node);
    for (const branch of node) if (Array.isArray(branch)) number(branch);
  };
  number(root);
  const records: Buffer[] = [];
  const offsets = new Map<string, number>();
  for (const country of new Set(Object.values(networks))) {
    offsets.set(
      country,
      records.reduce((sum, { length }) => sum + length, 0),
    );
    records.push(encode({ country: { iso_code: country } }));
  }
  const pointer = (branch: Branch): number => {
    if (branch === undefined) return nodes.length;
    // 16 empty bytes lie between the tree and the data.
    return Array.isArray(branch) ? nodes.indexOf(branch) : nodes.length + 16 + (offsets.get(branch) ?? 0);
  };
  const tree = Buffer.concat(
    nodes.map((node) => Buffer.concat(node.map((branch) => threeBytes(pointer(branch))))),
  );
  const about = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: 6,
    database_type: 'Test-Country',
    languages: 'en',
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    description: 'test',
  });
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...records,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    about,
  ]);
}

function plant(root: Node, bits: readonly number[], country: string): void {
  let node = root;
  for (const [index, bit] of bits.entries()) {
    if (index === bits.length - 1) {
      node[bit] = country;
      return;
    }
    const next = node[bit];
    const child: Node = Array.isArray(next) ? next : [undefined, undefined];
    node[bit] = child;
    node = child;
  }
}

// IPv4 lies in the first 2^32 addresses of IPv6.
function bitsOf(network: string): number[] {
  const [address = '', length = '0'] = network.split('/');
  const isOld = address.includes('.');
  const bytes = isOld
    ? [...Array.from({ length: 12 }, () => 0), ...address.split('.').map(Number)]
    : address
        .replace('::', ':'.repeat(10 - address.split(':').length))
        .split(':')
        .flatMap((group) => [
          Number.parseInt(group || '0', 16) >> 8,
          Number.parseInt(group || '0', 16) & 255,
        ]);
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, index) => (byte >> (7 - index)) & 1));
  return bits.slice(0, Number(length) + (isOld ? 96 : 0));
}

function threeBytes(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 255, value & 255]);
}

type Value = string | number | { readonly [name: string]: Value };

// Types of the format: 2 text, 6 whole number of 32 bits, 7 map. Sizes below 29 stand in the first byte.
function encode(value: Value): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from([(2 << 5) | value.length]), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([Buffer.from([(6 << 5) | 4]), bytes]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([
    Buffer.from([(7 << 5) | entries.length]),
    ...entries.flatMap(([name, one]) => [encode(name), encode(one)]),
  ]);
}
