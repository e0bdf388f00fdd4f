import type { Stand } from '../../firmware-sim/stand.ts';
import type { ModbusResult } from '../../src/ports/modbusLine.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { findModel, type SunSpecChain, walkSunSpecChain } from '../../src/profiles/sunSpecChain.ts';
import { scaleOfUnit, scaleToValue } from '../../src/profiles/units.ts';

/** Floats of seven digits, and of sixteen. */
const FLOAT_SHARE = { f32: 1e-6, f64: 1e-12 } as const;

function ask(stand: Stand, functionCode: number, address: number, count: number): ModbusResult {
  const pdu = Buffer.from([functionCode, address >> 8, address & 0xff, count >> 8, count & 0xff]);
  const reply = stand.respond(pdu);
  if (reply === undefined) return { ok: false, fault: 'device-timeout', detail: 'silent' };
  if (reply[0] !== functionCode) return { ok: false, fault: 'device-exception', detail: 'refused' };
  const words = Array.from({ length: count }, (_, index) => reply.readUInt16BE(2 + index * 2));
  return { ok: true, words };
}

/** How finely each number of a profile can be told by the registers of this device. */
export async function registerSteps(
  stand: Stand,
  { data }: Profile,
): Promise<(point: string, value: number, ratedW: number) => number> {
  let chain: SunSpecChain | undefined;
  if (data.sunSpec !== undefined) {
    const walked = await walkSunSpecChain(data.sunSpec.bases, async (address, count) =>
      ask(stand, 3, address, count),
    );
    if (walked.ok) chain = walked.chain;
  }
  const scaleFactor = (place: { block: string; address: number } | undefined): number => {
    const block = data.blocks[place?.block ?? ''];
    if (place === undefined || block === undefined) return 1;
    const model = block.model;
    const origin =
      model === undefined || chain === undefined
        ? 0
        : (findModel(chain, model, block.occurrence)?.address ?? Number.NaN);
    const result = ask(stand, block.function, origin + place.address, 1);
    const word = result.ok ? (result.words[0] ?? 0) : 0;
    return 10 ** ((word << 16) >> 16);
  };
  return (name, value, ratedW) => {
    const point = data.points[name];
    if (point?.is !== 'number') return 0;
    if (point.type === 'f32' || point.type === 'f64')
      return Math.max(1e-3, Math.abs(value) * FLOAT_SHARE[point.type]);
    const unitStep = scaleToValue(1, scaleOfUnit(point.unit)) * scaleFactor(point.scaleFactor);
    if (point.shareOf !== undefined) return (unitStep / 100) * ratedW;
    return unitStep / (point.perAmp ?? 1);
  };
}
