import { ByteReader } from './byteReader.ts';
import { type EventStatusCode, isEventStatus } from './eventStatus.ts';
import { i8, i16, u16, u32 } from './littleEndian.ts';
import type { Decoded } from './zclFrame.ts';

/** Demand response and load control. The server issues events, the load switch is the client. */
export const DRLC_CLUSTER = 0x0701;

/** Longest event that a switch takes, minutes. */
export const LONGEST_EVENT_MINUTES = 1440;
/** Start of an event: now. */
export const START_NOW = 0;
/** Seconds of 1970 at 2000-01-01T00:00Z, where the UTCTime of Zigbee begins. */
export const ZIGBEE_EPOCH_S = 946_684_800;

/** A set point or a percentage that is absent is not used by the event. */
export interface LoadControlEvent {
  readonly kind: 'loadControlEvent';
  readonly issuerEventId: number;
  /** Bits of DEVICE_CLASS. */
  readonly deviceClass: number;
  /** 0: every group. */
  readonly enrolmentGroup: number;
  /** UTCTime, seconds since 2000; 0 is now. */
  readonly startTimeS: number;
  readonly durationMinutes: number;
  /** 1 to 15; 7 is an emergency. */
  readonly criticality: number;
  readonly coolingOffsetTenthC?: number;
  readonly heatingOffsetTenthC?: number;
  readonly coolingSetPointHundredthC?: number;
  readonly heatingSetPointHundredthC?: number;
  /** -100 to 100. */
  readonly averageLoadPercent?: number;
  /** 0 is off. */
  readonly dutyCyclePercent?: number;
  /** Bit 0 randomises the start, bit 1 the end. */
  readonly eventControl: number;
}

export interface CancelEvent {
  readonly kind: 'cancelEvent';
  readonly issuerEventId: number;
  readonly deviceClass: number;
  readonly enrolmentGroup: number;
  /** Bit 0: the switch may end the event at a random instant of its own. */
  readonly cancelControl: number;
  readonly effectiveTimeS: number;
}

export interface CancelAllEvents {
  readonly kind: 'cancelAllEvents';
  readonly cancelControl: number;
}

export interface ReportEventStatus {
  readonly kind: 'reportEventStatus';
  readonly issuerEventId: number;
  readonly status: EventStatusCode;
  readonly statusTimeS: number;
  readonly criticalityApplied: number;
  readonly coolingSetPointHundredthC?: number;
  readonly heatingSetPointHundredthC?: number;
  readonly averageLoadPercent?: number;
  readonly dutyCyclePercent?: number;
  readonly eventControl: number;
  /** 0: none. It cannot be checked without national certificates, and is not. */
  readonly signatureType: number;
  readonly signature?: Uint8Array;
}

export interface GetScheduledEvents {
  readonly kind: 'getScheduledEvents';
  readonly startTimeS: number;
  /** 0: all. */
  readonly count: number;
  /** Of later versions of the cluster. */
  readonly issuerEventId?: number;
}

export type DrlcFromServer = LoadControlEvent | CancelEvent | CancelAllEvents;
export type DrlcFromClient = ReportEventStatus | GetScheduledEvents;
export type DrlcMessage = DrlcFromServer | DrlcFromClient;

const UNUSED_OCTET = 0xff;
const UNUSED_TEMPERATURE = -0x8000;
const UNUSED_PERCENT = -0x80;
const SIGNATURE_OCTETS = 42;
const ECDSA = 1;

/** Command number and body, all fields little-endian. Source: Zigbee Smart Energy Profile Specification, D.2. */
export function encodeDrlc(message: DrlcMessage): { readonly command: number; readonly body: Uint8Array } {
  switch (message.kind) {
    case 'loadControlEvent':
      return pack(0x00, [
        ...u32(message.issuerEventId),
        ...u16(message.deviceClass),
        message.enrolmentGroup,
        ...u32(message.startTimeS),
        ...u16(message.durationMinutes),
        message.criticality,
        message.coolingOffsetTenthC ?? UNUSED_OCTET,
        message.heatingOffsetTenthC ?? UNUSED_OCTET,
        ...i16(message.coolingSetPointHundredthC ?? UNUSED_TEMPERATURE),
        ...i16(message.heatingSetPointHundredthC ?? UNUSED_TEMPERATURE),
        i8(message.averageLoadPercent ?? UNUSED_PERCENT),
        message.dutyCyclePercent ?? UNUSED_OCTET,
        message.eventControl,
      ]);
    case 'cancelEvent':
      return pack(0x01, [
        ...u32(message.issuerEventId),
        ...u16(message.deviceClass),
        message.enrolmentGroup,
        message.cancelControl,
        ...u32(message.effectiveTimeS),
      ]);
    case 'cancelAllEvents':
      return pack(0x02, [message.cancelControl]);
    case 'reportEventStatus':
      return pack(0x00, [
        ...u32(message.issuerEventId),
        message.status,
        ...u32(message.statusTimeS),
        message.criticalityApplied,
        ...i16(message.coolingSetPointHundredthC ?? UNUSED_TEMPERATURE),
        ...i16(message.heatingSetPointHundredthC ?? UNUSED_TEMPERATURE),
        i8(message.averageLoadPercent ?? UNUSED_PERCENT),
        message.dutyCyclePercent ?? UNUSED_OCTET,
        message.eventControl,
        message.signatureType,
        ...(message.signature ?? []),
      ]);
    case 'getScheduledEvents':
      return pack(0x01, [
        ...u32(message.startTimeS),
        message.count,
        ...(message.issuerEventId === undefined ? [] : u32(message.issuerEventId)),
      ]);
  }
}

function pack(command: number, octets: readonly number[]) {
  return { command, body: Uint8Array.from(octets) };
}

export function decodeDrlc(isFromServer: boolean, command: number, body: Uint8Array): Decoded<DrlcMessage> {
  const known = (isFromServer ? FROM_SERVER : FROM_CLIENT)[command];
  if (known === undefined) {
    const side = isFromServer ? 'server' : 'client';
    return refuse(`the cluster has no command 0x${command.toString(16)} of the ${side}`);
  }
  if (!known.lengths.includes(body.length)) {
    return refuse(`expected ${known.lengths.join(' or ')} octets, found ${body.length}`);
  }
  return known.read(new ByteReader(body));
}

interface KnownCommand {
  readonly lengths: readonly number[];
  readonly read: (reader: ByteReader) => Decoded<DrlcMessage>;
}

const FROM_SERVER: Readonly<Record<number, KnownCommand>> = {
  0: { lengths: [23], read: readLoadControlEvent },
  1: { lengths: [12], read: readCancel },
  2: {
    lengths: [1],
    read: (reader) => accept({ kind: 'cancelAllEvents', cancelControl: reader.u8() }),
  },
};

const FROM_CLIENT: Readonly<Record<number, KnownCommand>> = {
  0: { lengths: [18, 18 + SIGNATURE_OCTETS], read: readReport },
  1: { lengths: [5, 9], read: readGetScheduledEvents },
};

function readLoadControlEvent(reader: ByteReader): Decoded<DrlcMessage> {
  const head = {
    kind: 'loadControlEvent',
    issuerEventId: reader.u32(),
    deviceClass: reader.u16(),
    enrolmentGroup: reader.u8(),
    startTimeS: reader.u32(),
    durationMinutes: reader.u16(),
    criticality: reader.u8(),
  } as const;
  const offsets = {
    ...used('coolingOffsetTenthC', reader.u8(), UNUSED_OCTET),
    ...used('heatingOffsetTenthC', reader.u8(), UNUSED_OCTET),
  };
  return accept({ ...head, ...offsets, ...readApplied(reader), eventControl: reader.u8() });
}

function readCancel(reader: ByteReader): Decoded<DrlcMessage> {
  return accept({
    kind: 'cancelEvent',
    issuerEventId: reader.u32(),
    deviceClass: reader.u16(),
    enrolmentGroup: reader.u8(),
    cancelControl: reader.u8(),
    effectiveTimeS: reader.u32(),
  });
}

function readReport(reader: ByteReader): Decoded<DrlcMessage> {
  const issuerEventId = reader.u32();
  const status = reader.u8();
  if (!isEventStatus(status)) return refuse(`status 0x${status.toString(16)} is not in the vocabulary`);
  const statusTimeS = reader.u32();
  const criticalityApplied = reader.u8();
  const applied = readApplied(reader);
  const eventControl = reader.u8();
  const signatureType = reader.u8();
  const signature = reader.bytes(reader.bytesLeft);
  if (signatureType > ECDSA) return refuse(`signature type ${signatureType} is not known`);
  if (signatureType === ECDSA && signature.length === 0) return refuse('the signature is missing');
  return accept({
    kind: 'reportEventStatus',
    issuerEventId,
    status,
    statusTimeS,
    criticalityApplied,
    ...applied,
    eventControl,
    signatureType,
    ...(signature.length === 0 ? {} : { signature }),
  });
}

function readGetScheduledEvents(reader: ByteReader): Decoded<DrlcMessage> {
  const startTimeS = reader.u32();
  const count = reader.u8();
  const isLater = reader.bytesLeft > 0;
  return accept({
    kind: 'getScheduledEvents',
    startTimeS,
    count,
    ...(isLater ? { issuerEventId: reader.u32() } : {}),
  });
}

function readApplied(reader: ByteReader) {
  return {
    ...used('coolingSetPointHundredthC', reader.i16(), UNUSED_TEMPERATURE),
    ...used('heatingSetPointHundredthC', reader.i16(), UNUSED_TEMPERATURE),
    ...used('averageLoadPercent', reader.i8(), UNUSED_PERCENT),
    ...used('dutyCyclePercent', reader.u8(), UNUSED_OCTET),
  };
}

function used<Name extends string>(
  name: Name,
  value: number,
  unused: number,
): { readonly [key in Name]?: number } {
  return value === unused ? {} : ({ [name]: value } as { readonly [key in Name]?: number });
}

function accept(value: DrlcMessage): Decoded<DrlcMessage> {
  return { ok: true, value };
}

function refuse(reason: string): Decoded<DrlcMessage> {
  return { ok: false, reason };
}
