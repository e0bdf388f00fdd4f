/** More hosts than this are not asked in one go: /22. */
const MOST_HOSTS = 1_024;

export type HostsResult =
  | { readonly ok: true; readonly hosts: readonly string[] }
  | { readonly ok: false; readonly problem: string };

/**
 * Every host address of an IPv4 network such as 192.168.1.0/24, without the network's own and the broadcast address.
 * /32 is one host; /31 has two.
 */
export function hostsOf(network: string): HostsResult {
  const [, address = '', length = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(network) ?? [];
  const base = readAddress(address);
  const bits = 32 - Number(length);
  if (length === '' || base === undefined || bits < 0) {
    return { ok: false, problem: `expected a network such as 192.168.1.0/24, found "${network}"` };
  }
  const size = 2 ** bits;
  if (size > MOST_HOSTS) {
    return { ok: false, problem: `${network} holds ${size} addresses; name a part of at most ${MOST_HOSTS}` };
  }
  const first = base - (base % size);
  const edge = bits >= 2 ? 1 : 0;
  const count = size - 2 * edge;
  return { ok: true, hosts: Array.from({ length: count }, (_, index) => writeAddress(first + edge + index)) };
}

/** Ranges that belong to a home and nobody else. Source: RFC 1918, RFC 3927, RFC 1122 3.2.1.3. */
const OWN_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'].map(
  (range) => {
    const [address = '', length] = range.split('/');
    const size = 2 ** (32 - Number(length));
    const first = readAddress(address) ?? 0;
    return { first, last: first + size - 1 };
  },
);

/** Whether an address is private, link-local or loopback. A name is taken as somebody's word only for localhost. */
export function isOwnAddress(host: string): boolean {
  const address = readAddress(host);
  if (address === undefined) return host === 'localhost';
  return OWN_RANGES.some(({ first, last }) => address >= first && address <= last);
}

export function isAddress(host: string): boolean {
  return readAddress(host) !== undefined;
}

function readAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

function writeAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
