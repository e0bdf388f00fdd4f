/** An address as a number of 32 or 128 bits. IPv4 in IPv6 (::ffff:a.b.c.d) counts as IPv4. */
interface AddressNumber {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** Networks that never lead to a server on the public Internet. Sources: RFC 1122, 1918, 3927, 6598, 4193, 4291. */
const HOME_NETWORKS: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
];

/** Names that are at home in the house: RFC 6762 (local), RFC 8375 (home.arpa), RFC 6761, and what routers use. */
const HOME_NAMES = /(^|\.)(local|localhost|lan|home|internal|intranet|home\.arpa|fritz\.box)$/i;

export function isHomeAddress(address: string): boolean {
  return HOME_NETWORKS.some(([network, prefixLength]) => isInNetwork(address, network, prefixLength));
}

export function isLoopback(address: string): boolean {
  return isInNetwork(address, '127.0.0.0', 8) || isInNetwork(address, '::1', 128);
}

/** A name that the whole world resolves alike. */
export function isPublicName(host: string): boolean {
  return host.includes('.') && !isAddress(host) && !HOME_NAMES.test(host.replace(/\.$/, ''));
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** False when either is no address or they are of two families. */
export function isInNetwork(address: string, network: string, prefixLength: number): boolean {
  const one = parseAddress(address);
  const other = parseAddress(network);
  if (one === undefined || other === undefined || one.family !== other.family) return false;
  const shift = BigInt((one.family === 4 ? 32 : 128) - prefixLength);
  return shift >= 0n && one.value >> shift === other.value >> shift;
}

function parseAddress(text: string): AddressNumber | undefined {
  const [bare = ''] = text.split('%');
  const dotted = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(bare);
  if (dotted !== null) {
    const bytes = dotted.slice(1).map(Number);
    if (bytes.some((byte) => byte > 255)) return undefined;
    return { family: 4, value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
  }
  const groups = expandGroups(bare);
  if (groups === undefined) return undefined;
  return { family: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) };
}

/** The eight groups of an IPv6 address. */
function expandGroups(text: string): readonly string[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? groups : undefined;
}
