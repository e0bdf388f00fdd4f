import { ByteReader } from './byteReader.ts';
import { type IeeeAddress, ieeeFromWire, ieeeToWire } from './ieeeAddress.ts';
import { u16, u32 } from './littleEndian.ts';
import { MT_KIND, MT_SUBSYSTEM, type MtFrame } from './mtFrame.ts';

// Numbers and field orders: Texas Instruments, Z-Stack Monitor and Test API (SWRA198), chapter 3.

const { sys, af, zdo, commissioning } = MT_SUBSYSTEM;

/** Items of the module's own memory. */
export const NV_ITEM = {
  startupOption: 0x03,
  /** 1: answers and announcements of other devices are passed to the host. */
  zdoDirectCallback: 0x8f,
  logicalType: 0x87,
  channelList: 0x84,
  /** 1 once a network has been formed or joined. */
  isOnNetwork: 0x55,
  preconfiguredKey: 0x62,
  preconfiguredKeysEnabled: 0x63,
} as const;

/** ZDO_STATE_CHANGE_IND: the module runs a network as its coordinator. */
export const STATE_COORDINATOR = 9;
export const NETWORK_FORMATION = 0x04;

const FIRST_LIST_ENTRY = 0;
const SINGLE_DEVICE = 0;
const ALL_ROUTERS = 0xfffc;
const BROADCAST_MODE = 0x0f;
const SOFT_RESET = 1;
/** Acknowledged from end to end, with route discovery. */
const AF_OPTIONS = 0x10 | 0x20;
/** Twice the greatest depth of a network. */
const RADIUS = 30;

/** Cluster payloads that fit one AF_DATA_REQUEST of all versions. */
export const MOST_PAYLOAD = 99;

export interface ApplicationEndpoint {
  readonly endpoint: number;
  readonly profile: number;
  readonly deviceType: number;
  readonly inClusters: readonly number[];
  readonly outClusters: readonly number[];
}

export interface DataRequest {
  readonly shortAddress: number;
  readonly endpoint: number;
  readonly sourceEndpoint: number;
  readonly cluster: number;
  readonly transaction: number;
  readonly payload: Uint8Array;
}

export const REQUESTS = {
  /** The one request that is not answered but followed by SYS_RESET_IND. */
  reset: (): MtFrame => ({ ...frame(sys, 0x00, [SOFT_RESET]), kind: MT_KIND.notification }),
  ping: () => frame(sys, 0x01, []),
  version: () => frame(sys, 0x02, []),
  readItem: (item: number) => frame(sys, 0x08, [...u16(item), 0]),
  createItem: (item: number, value: readonly number[]) =>
    frame(sys, 0x07, [...u16(item), ...u16(value.length), value.length, ...value]),
  writeItem: (item: number, value: readonly number[]) =>
    frame(sys, 0x09, [...u16(item), 0, value.length, ...value]),
  register: ({ endpoint, profile, deviceType, inClusters, outClusters }: ApplicationEndpoint) =>
    frame(af, 0x00, [
      endpoint,
      ...u16(profile),
      ...u16(deviceType),
      0,
      0,
      inClusters.length,
      ...inClusters.flatMap(u16),
      outClusters.length,
      ...outClusters.flatMap(u16),
    ]),
  sendData: (request: DataRequest) =>
    frame(af, 0x01, [
      ...u16(request.shortAddress),
      request.endpoint,
      request.sourceEndpoint,
      ...u16(request.cluster),
      request.transaction,
      AF_OPTIONS,
      RADIUS,
      request.payload.length,
      ...request.payload,
    ]),
  findShortAddress: (address: IeeeAddress) =>
    frame(zdo, 0x00, [...ieeeToWire(address), SINGLE_DEVICE, FIRST_LIST_ENTRY]),
  findIeeeAddress: (shortAddress: number) =>
    frame(zdo, 0x01, [...u16(shortAddress), SINGLE_DEVICE, FIRST_LIST_ENTRY]),
  /** 0 to 254 s; 0 closes the network again. */
  permitJoin: (seconds: number) => frame(zdo, 0x36, [BROADCAST_MODE, ...u16(ALL_ROUTERS), seconds, 0]),
  startNetwork: (delayMs: number) => frame(zdo, 0x40, u16(delayMs)),
  commission: (mode: number) => frame(commissioning, 0x05, [mode]),
  setChannels: (isPrimary: boolean, mask: number) =>
    frame(commissioning, 0x08, [isPrimary ? 1 : 0, ...u32(mask)]),
  /** Whether joiners that never exchange their trust centre key are sent away; devices of before Zigbee 3.0 never do. */
  requireKeyExchange: (isRequired: boolean) => frame(commissioning, 0x09, [isRequired ? 1 : 0]),
} as const;

function frame(subsystem: number, command: number, data: readonly number[]): MtFrame {
  return { kind: MT_KIND.request, subsystem, command, data: Uint8Array.from(data) };
}

/** What the module says by itself; linkLost is said for it when it can say nothing more. */
export type Notification =
  | { readonly kind: 'reset' }
  | { readonly kind: 'linkLost' }
  | { readonly kind: 'stateChanged'; readonly state: number }
  | { readonly kind: 'dataConfirmed'; readonly status: number; readonly transaction: number }
  | {
      readonly kind: 'dataReceived';
      readonly cluster: number;
      readonly shortAddress: number;
      readonly sourceEndpoint: number;
      readonly endpoint: number;
      readonly linkQuality: number;
      readonly payload: Uint8Array;
    }
  /** From an announcement or from the answer to either address request. */
  | { readonly kind: 'addressLearned'; readonly shortAddress: number; readonly address: IeeeAddress }
  | { readonly kind: 'deviceLeft'; readonly address: IeeeAddress };

/** Nothing for what is not needed here, and for what is shorter than it must be. */
export function readNotification({ subsystem, command, data }: MtFrame): Notification | undefined {
  const read = NOTIFICATIONS[(subsystem << 8) | command];
  if (read === undefined) return undefined;
  const reader = new ByteReader(data);
  const notification = read(reader);
  return reader.isShort ? undefined : notification;
}

const NOTIFICATIONS: Readonly<Record<number, (reader: ByteReader) => Notification | undefined>> = {
  [(sys << 8) | 0x80]: () => ({ kind: 'reset' }),
  [(zdo << 8) | 0xc0]: (reader) => ({ kind: 'stateChanged', state: reader.u8() }),
  [(af << 8) | 0x80]: (reader) => {
    const status = reader.u8();
    reader.u8();
    return { kind: 'dataConfirmed', status, transaction: reader.u8() };
  },
  [(af << 8) | 0x81]: readIncoming,
  [(zdo << 8) | 0xc1]: (reader) => {
    reader.u16();
    const shortAddress = reader.u16();
    return { kind: 'addressLearned', shortAddress, address: ieeeFromWire(reader.bytes(8)) };
  },
  [(zdo << 8) | 0x80]: readAddressAnswer,
  [(zdo << 8) | 0x81]: readAddressAnswer,
  [(zdo << 8) | 0xc9]: (reader) => {
    reader.u16();
    return { kind: 'deviceLeft', address: ieeeFromWire(reader.bytes(8)) };
  },
};

function readIncoming(reader: ByteReader): Notification {
  reader.u16();
  const cluster = reader.u16();
  const shortAddress = reader.u16();
  const sourceEndpoint = reader.u8();
  const endpoint = reader.u8();
  reader.u8();
  const linkQuality = reader.u8();
  reader.bytes(6);
  const payload = reader.bytes(reader.u8());
  return { kind: 'dataReceived', cluster, shortAddress, sourceEndpoint, endpoint, linkQuality, payload };
}

function readAddressAnswer(reader: ByteReader): Notification | undefined {
  if (reader.u8() !== 0) return undefined;
  const address = ieeeFromWire(reader.bytes(8));
  return { kind: 'addressLearned', shortAddress: reader.u16(), address };
}
