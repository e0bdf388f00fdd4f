import type { AirFrame } from '../../../firmware-sim/han/coordinatorStick.ts';

interface TimedFrame extends AirFrame {
  readonly atMs: number;
}

/** LINKTYPE_IEEE802_15_4_NOFCS (tcpdump.org, link-layer header types). */
const LINK_TYPE = 230;
const PAN = 0x1a62;
const SNAP_LENGTH = 256;

/**
 * A capture file of what went over the air, as a sniffer would have it on a network without security: each payload in an
 * application support, network and IEEE 802.15.4 header.
 */
export function writeAirCapture(frames: readonly TimedFrame[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(SNAP_LENGTH, 16);
  head.writeUInt32LE(LINK_TYPE, 20);
  return Buffer.concat([head, ...frames.map(writeRecord)]);
}

function writeRecord(frame: TimedFrame, index: number): Buffer {
  const bytes = Buffer.concat([
    macHeader(frame, index),
    networkHeader(frame, index),
    applicationHeader(frame, index),
    frame.payload,
  ]);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(Math.floor(frame.atMs / 1000), 0);
  head.writeUInt32LE((frame.atMs % 1000) * 1000, 4);
  head.writeUInt32LE(bytes.length, 8);
  head.writeUInt32LE(bytes.length, 12);
  return Buffer.concat([head, bytes]);
}

/** Data, acknowledgement wanted, one network, short addresses. */
function macHeader({ fromShort, toShort }: AirFrame, index: number): Buffer {
  return Buffer.from([0x61, 0x88, index & 0xff, ...u16(PAN), ...u16(toShort), ...u16(fromShort)]);
}

/** Data, protocol version 2, route discovery. */
function networkHeader({ fromShort, toShort }: AirFrame, index: number): Buffer {
  return Buffer.from([0x48, 0x00, ...u16(toShort), ...u16(fromShort), 30, index & 0xff]);
}

/** Data to one endpoint, acknowledgement wanted. */
function applicationHeader(frame: AirFrame, index: number): Buffer {
  const { fromEndpoint, toEndpoint, cluster, profile } = frame;
  return Buffer.from([0x40, toEndpoint, ...u16(cluster), ...u16(profile), fromEndpoint, index & 0xff]);
}

function u16(value: number): readonly number[] {
  return [value & 0xff, value >> 8];
}
