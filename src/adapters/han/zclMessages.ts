import { ByteReader } from './byteReader.ts';
import { type DrlcMessage, decodeDrlc, encodeDrlc } from './drlcMessages.ts';
import { u16 } from './littleEndian.ts';
import { type Decoded, decodeZclFrame, encodeZclFrame } from './zclFrame.ts';

export interface ReadAttributes {
  readonly kind: 'readAttributes';
  readonly attributes: readonly number[];
}

/** The attributes that were given; one that the device does not have is left out. */
export interface AttributesRead {
  readonly kind: 'attributesRead';
  readonly values: ReadonlyMap<number, number>;
}

export interface DefaultResponse {
  readonly kind: 'defaultResponse';
  readonly command: number;
  readonly status: number;
}

export type ZclBody = ReadAttributes | AttributesRead | DefaultResponse | DrlcMessage;

export interface ZclMessage {
  readonly transaction: number;
  readonly isFromServer: boolean;
  readonly wantsNoDefaultResponse: boolean;
  /** Number of the command on the wire, for the default response to it. */
  readonly command: number;
  readonly body: ZclBody;
}

/** Client attributes of the cluster. */
export const DRLC_ATTRIBUTE = {
  enrolmentGroup: 0x0000,
  startRandomisationMinutes: 0x0001,
  durationRandomisationMinutes: 0x0002,
  deviceClass: 0x0003,
} as const;

export const ZCL_STATUS = { success: 0x00, malformedCommand: 0x80, notFound: 0x8b } as const;

const READ_ATTRIBUTES = 0x00;
const READ_ATTRIBUTES_RESPONSE = 0x01;
const DEFAULT_RESPONSE = 0x0b;
const ATTRIBUTE_GIVEN = 0x00;
/** Octets of the data types that the attributes of this cluster may have: bitmaps and unsigned numbers. */
const TYPE_OCTETS: Readonly<Record<number, 1 | 2>> = { 24: 1, 25: 2, 32: 1, 33: 2 };
const UNSIGNED_16 = 0x21;

interface Envelope {
  readonly transaction: number;
  readonly isFromServer: boolean;
  readonly wantsNoDefaultResponse: boolean;
}

export function encodeZcl(
  { transaction, isFromServer, wantsNoDefaultResponse }: Envelope,
  body: ZclBody,
): Uint8Array {
  const envelope = { transaction, isFromServer, wantsNoDefaultResponse };
  const global = (command: number, octets: readonly number[]) =>
    encodeZclFrame({ ...envelope, scope: 'global', command, body: Uint8Array.from(octets) });
  switch (body.kind) {
    case 'readAttributes':
      return global(READ_ATTRIBUTES, body.attributes.flatMap(u16));
    case 'attributesRead':
      return global(
        READ_ATTRIBUTES_RESPONSE,
        [...body.values].flatMap(([id, value]) => [...u16(id), ATTRIBUTE_GIVEN, UNSIGNED_16, ...u16(value)]),
      );
    case 'defaultResponse':
      return global(DEFAULT_RESPONSE, [body.command, body.status]);
    default:
      return encodeZclFrame({ ...envelope, scope: 'cluster', ...encodeDrlc(body) });
  }
}

/** A message of the cluster, whole and understood to the last octet; otherwise why not. Never throws. */
export function decodeZcl(bytes: Uint8Array): Decoded<ZclMessage> {
  const frame = decodeZclFrame(bytes);
  if (!frame.ok) return frame;
  const { scope, command, body: octets, ...envelope } = frame.value;
  const body =
    scope === 'global' ? decodeGlobal(command, octets) : decodeDrlc(envelope.isFromServer, command, octets);
  return body.ok ? { ok: true, value: { ...envelope, command, body: body.value } } : body;
}

function decodeGlobal(command: number, octets: Uint8Array): Decoded<ZclBody> {
  const reader = new ByteReader(octets);
  switch (command) {
    case READ_ATTRIBUTES: {
      if (octets.length === 0 || octets.length % 2 !== 0) {
        return refuse(`expected whole attribute numbers, found ${octets.length} octets`);
      }
      const attributes: number[] = [];
      while (reader.bytesLeft > 0) attributes.push(reader.u16());
      return { ok: true, value: { kind: 'readAttributes', attributes } };
    }
    case READ_ATTRIBUTES_RESPONSE:
      return decodeAttributes(reader);
    case DEFAULT_RESPONSE:
      if (octets.length !== 2) return refuse(`expected 2 octets, found ${octets.length}`);
      return { ok: true, value: { kind: 'defaultResponse', command: reader.u8(), status: reader.u8() } };
    default:
      return refuse(`global command 0x${command.toString(16)} is not expected`);
  }
}

function decodeAttributes(reader: ByteReader): Decoded<ZclBody> {
  const values = new Map<number, number>();
  while (reader.bytesLeft > 0 && !reader.isShort) {
    const attribute = reader.u16();
    if (reader.u8() !== ATTRIBUTE_GIVEN) continue;
    const type = reader.u8();
    const octets = TYPE_OCTETS[type];
    if (octets === undefined) return refuse(`attribute type 0x${type.toString(16)} is not expected`);
    values.set(attribute, octets === 1 ? reader.u8() : reader.u16());
  }
  return reader.isShort
    ? refuse('the last attribute is cut off')
    : { ok: true, value: { kind: 'attributesRead', values } };
}

function refuse(reason: string): Decoded<never> {
  return { ok: false, reason };
}
