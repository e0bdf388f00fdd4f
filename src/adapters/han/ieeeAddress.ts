/**
 * The 64-bit address of a Zigbee device: 16 hexadecimal digits, most significant first, as printed on its label.
 * On the wire the octets go in the other order.
 */
export type IeeeAddress = string;

const ADDRESS = /^[0-9a-f]{16}$/;

/** The address in one form; nothing when the text is none. Upper case, `0x`, colons and dashes are taken. */
export function readIeeeAddress(text: string): IeeeAddress | undefined {
  const digits = text.toLowerCase().replace(/^0x/, '').replaceAll(/[:-]/g, '');
  return ADDRESS.test(digits) ? digits : undefined;
}

export function ieeeToWire(address: IeeeAddress): readonly number[] {
  return [...Buffer.from(address, 'hex')].reverse();
}

export function ieeeFromWire(octets: Uint8Array): IeeeAddress {
  return Buffer.from(octets).reverse().toString('hex');
}
