/** Little-endian octets of a number, as Zigbee and its radio modules have them on the wire. */
export function u16(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

export function u32(value: number): readonly number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

/** Also for signed numbers: the low 16 bits are the same. */
export function i16(value: number): readonly number[] {
  return u16(value & 0xffff);
}

export function i8(value: number): number {
  return value & 0xff;
}
