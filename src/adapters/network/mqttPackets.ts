/** The few packets of MQTT that a trial needs. Sources: MQTT 3.1.1 and MQTT 5, chapters 2 and 3. */

export interface Connect {
  readonly protocolVersion: 4 | 5;
  readonly clientId: string;
  readonly keepAliveS: number;
  /** Of the session that the broker keeps under the client's name; MQTT 5 alone can say it. */
  readonly sessionExpiryS: number;
  readonly username?: string;
  readonly password?: Buffer;
}

export const PING_REQUEST = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

const SESSION_EXPIRY_INTERVAL = 0x11;
const FLAGS = { password: 0x40, username: 0x80 } as const;

/** Never with a clean session: that would make the broker forget what waits there for the gateway. */
export function encodeConnect(connect: Connect): Buffer {
  const { protocolVersion, clientId, keepAliveS, sessionExpiryS, username, password } = connect;
  const flags = (username === undefined ? 0 : FLAGS.username) | (password === undefined ? 0 : FLAGS.password);
  const keepAlive = Buffer.alloc(2);
  keepAlive.writeUInt16BE(keepAliveS);
  const expiry = Buffer.alloc(6);
  expiry.writeUInt8(5, 0);
  expiry.writeUInt8(SESSION_EXPIRY_INTERVAL, 1);
  expiry.writeUInt32BE(sessionExpiryS, 2);
  const body = Buffer.concat([
    prefixed(Buffer.from('MQTT')),
    Buffer.from([protocolVersion, flags]),
    keepAlive,
    ...(protocolVersion === 5 ? [expiry] : []),
    prefixed(Buffer.from(clientId)),
    ...(username === undefined ? [] : [prefixed(Buffer.from(username))]),
    ...(password === undefined ? [] : [prefixed(password)]),
  ]);
  return Buffer.concat([Buffer.from([0x10, ...lengthBytes(body.length)]), body]);
}

export type Packet =
  | { readonly kind: 'connack'; readonly reasonCode: number }
  | { readonly kind: 'pingResponse' }
  | { readonly kind: 'disconnect'; readonly reasonCode: number }
  /** What the trial has no use for, as a message that waited at the broker. */
  | { readonly kind: 'other' };

export type Decoding =
  /** Undefined packet: more bytes are to come. */
  { readonly ok: true; readonly packet: Packet | undefined; readonly rest: Buffer } | { readonly ok: false };

/** The first packet of the bytes. Not ok: what speaks here does not speak MQTT. */
export function decodePacket(bytes: Buffer): Decoding {
  if (bytes.length < 2) return { ok: true, packet: undefined, rest: bytes };
  let length = 0;
  let at = 1;
  for (; ; at += 1) {
    if (at > 4) return { ok: false };
    const byte = bytes[at];
    if (byte === undefined) return { ok: true, packet: undefined, rest: bytes };
    length += (byte & 0x7f) * 128 ** (at - 1);
    if ((byte & 0x80) === 0) break;
  }
  const from = at + 1;
  if (bytes.length < from + length) return { ok: true, packet: undefined, rest: bytes };
  const body = bytes.subarray(from, from + length);
  return { ok: true, packet: packetOf((bytes[0] ?? 0) >> 4, body), rest: bytes.subarray(from + length) };
}

function packetOf(type: number, body: Buffer): Packet {
  if (type === 2) return { kind: 'connack', reasonCode: body[1] ?? 0x80 };
  if (type === 13) return { kind: 'pingResponse' };
  return type === 14 ? { kind: 'disconnect', reasonCode: body[0] ?? 0 } : { kind: 'other' };
}

function prefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function lengthBytes(length: number): readonly number[] {
  const low = length % 128;
  const high = Math.floor(length / 128);
  return high === 0 ? [low] : [low | 0x80, ...lengthBytes(high)];
}
