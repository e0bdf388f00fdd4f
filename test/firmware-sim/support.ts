import { buildHome, type Home } from '../../firmware-sim/home.ts';
import { type HomeName, readHome } from '../../firmware-sim/homeSpec.ts';

/** 18:26 local: the cars of both homes are there, the household is busy and the sun is down. */
export const EVENING_MS = Date.parse('2006-12-23T17:26:00Z');
/** A sunny noon. */
export const NOON_MS = Date.parse('2006-12-22T11:30:00Z');

export interface StandingHome {
  readonly home: Home;
  /** Moves the house on and returns the instant. */
  pass(delayMs: number): number;
  /** Asks a device now; hex in, hex out, silence as 'silence'. */
  ask(deviceId: string, pduHex: string): string;
}

/** A home with a hand on its clock. */
export function standHome(name: HomeName, startAtMs = EVENING_MS): StandingHome {
  const home = buildHome(readHome(name), { startAtMs });
  let nowMs = startAtMs;
  return {
    home,
    pass(delayMs) {
      nowMs += delayMs;
      home.advanceTo(nowMs);
      return nowMs;
    },
    ask(deviceId, pduHex) {
      const device = home.devices[deviceId];
      if (device === undefined) throw new Error(`no device ${deviceId}`);
      const reply = device.respond(Buffer.from(pduHex.replaceAll(' ', ''), 'hex'), nowMs);
      return reply?.toString('hex') ?? 'silence';
    },
  };
}

export function word(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/** The f32 values of an answer to function 3 or 4. */
export function floatsOf(replyHex: string): number[] {
  const reply = Buffer.from(replyHex, 'hex');
  return Array.from({ length: (reply.length - 2) / 4 }, (_, index) => reply.readFloatBE(2 + index * 4));
}

/** The u16 values of an answer to function 3 or 4. */
export function wordsOf(replyHex: string): number[] {
  const reply = Buffer.from(replyHex, 'hex');
  return Array.from({ length: (reply.length - 2) / 2 }, (_, index) => reply.readUInt16BE(2 + index * 2));
}
