/** Header and body of a Zigbee Cluster Library frame without manufacturer code. */
export interface ZclFrame {
  /** global: commands that every cluster knows; cluster: those of one cluster. */
  readonly scope: 'global' | 'cluster';
  readonly isFromServer: boolean;
  readonly wantsNoDefaultResponse: boolean;
  /** 0 to 255; an answer has that of its question. */
  readonly transaction: number;
  readonly command: number;
  readonly body: Uint8Array;
}

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

const SCOPE_MASK = 0x03;
const MANUFACTURER_BIT = 0x04;
const FROM_SERVER_BIT = 0x08;
const NO_DEFAULT_RESPONSE_BIT = 0x10;
const RESERVED_BITS = 0xe0;
const HEADER_OCTETS = 3;
const SCOPES = ['global', 'cluster'] as const;

/** Source: Zigbee Cluster Library Specification (07-5123), 2.4.1. */
export function encodeZclFrame(frame: ZclFrame): Uint8Array {
  const control =
    (frame.scope === 'cluster' ? 1 : 0) |
    (frame.isFromServer ? FROM_SERVER_BIT : 0) |
    (frame.wantsNoDefaultResponse ? NO_DEFAULT_RESPONSE_BIT : 0);
  return Uint8Array.from([control, frame.transaction, frame.command, ...frame.body]);
}

export function decodeZclFrame(bytes: Uint8Array): Decoded<ZclFrame> {
  const [control, transaction, command] = bytes;
  if (control === undefined || transaction === undefined || command === undefined) {
    return { ok: false, reason: `expected at least ${HEADER_OCTETS} octets, found ${bytes.length}` };
  }
  const scope = SCOPES[control & SCOPE_MASK];
  if (scope === undefined || (control & RESERVED_BITS) !== 0) {
    return { ok: false, reason: `frame control 0x${control.toString(16)} uses reserved values` };
  }
  if ((control & MANUFACTURER_BIT) !== 0)
    return { ok: false, reason: "the frame has a manufacturer's own command" };
  return {
    ok: true,
    value: {
      scope,
      isFromServer: (control & FROM_SERVER_BIT) !== 0,
      wantsNoDefaultResponse: (control & NO_DEFAULT_RESPONSE_BIT) !== 0,
      transaction,
      command,
      body: bytes.slice(HEADER_OCTETS),
    },
  };
}
