import { readFileSync } from 'node:fs';
import type { Firmware } from './devices/firmware.ts';
import { EXCEPTION, exceptionReply, FUNCTION, readFixedRequest, registersReply } from './devices/pdu.ts';

const MOST_PER_READ = 125;
const HEADER = 'area,address,hex';
const AREAS = ['hr', 'ir'] as const;
type Area = (typeof AREAS)[number];

/** One register by its address, per area: hr holding registers, ir input registers. */
export type RegisterImage = Readonly<Record<Area, ReadonlyMap<number, number>>>;

export const RECORDED_IMAGES = [
  'sunspec_sma_sb3.6_2025-05-18_day',
  'sunspec_sma_sb3.6_2023-08-10',
  'sunspec_emulated_der_701-714',
] as const;
export type RecordedImage = (typeof RECORDED_IMAGES)[number];

/** One of the images that come with the house. */
export function readRecordedImage(name: RecordedImage): RegisterImage {
  return parseRegisterImage(readFileSync(new URL(`./data/${name}.csv`, import.meta.url), 'utf8'));
}

/**
 * Reads an image from lines of area, address (from 0, decimal) and one register in hex.
 * Throws with the line that does not fit.
 */
export function parseRegisterImage(csv: string): RegisterImage {
  const image = { hr: new Map<number, number>(), ir: new Map<number, number>() };
  const [header, ...lines] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER)
    throw new Error(`register image: expected the header "${HEADER}", found "${header}"`);
  lines.forEach((line, index) => {
    const [, area, address, hex] = /^(hr|ir),(\d{1,5}),([0-9A-Fa-f]{4})$/.exec(line) ?? [];
    const isFitting = area !== undefined && hex !== undefined && Number(address) <= 0xffff;
    if (!isFitting) {
      throw new Error(
        `register image, line ${index + 2}: expected an area (${AREAS.join(' or ')}), an address up to 65535 and four hex digits, found "${line}"`,
      );
    }
    image[area as Area].set(Number(address), Number.parseInt(hex, 16));
  });
  return image;
}

/** A device that stands still: it answers reads from a recorded image, and refuses every address outside of it. */
export class ImageDevice implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 10;
  readonly bootMs = 1_000;
  readonly hearsBroadcast = false;
  readonly #image: RegisterImage;

  constructor(unit: number, image: RegisterImage) {
    this.unit = unit;
    this.#image = image;
  }

  /** Nothing in it moves. */
  advanceTo(): void {}

  respond(pdu: Buffer): Buffer {
    const functionCode = pdu[0] ?? 0;
    switch (functionCode) {
      case FUNCTION.readHolding:
        return read(pdu, this.#image.hr);
      case FUNCTION.readInput:
        return read(pdu, this.#image.ir);
      default:
        return exceptionReply(functionCode, EXCEPTION.unsupportedFunction);
    }
  }

  /** It is as it was recorded. */
  powerCycle(): void {}
}

function read(pdu: Buffer, registers: ReadonlyMap<number, number>): Buffer {
  const functionCode = pdu[0] as number;
  const request = readFixedRequest(pdu);
  if (request === undefined || request.word < 1 || request.word > MOST_PER_READ) {
    return exceptionReply(functionCode, EXCEPTION.badValue);
  }
  const words = Buffer.alloc(request.word * 2);
  for (let offset = 0; offset < request.word; offset += 1) {
    const register = registers.get(request.address + offset);
    if (register === undefined) return exceptionReply(functionCode, EXCEPTION.noSuchAddress);
    words.writeUInt16BE(register, offset * 2);
  }
  return registersReply(functionCode, words);
}
