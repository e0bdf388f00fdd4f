const POLYNOMIAL_REVERSED = 0xa001;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >> 1) ^ POLYNOMIAL_REVERSED : remainder >> 1;
  }
  return remainder;
});

/**
 * Checksum of a serial Modbus frame; it goes on the wire low byte first.
 * Source: MODBUS over Serial Line V1.02, 6.2.2.
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}
