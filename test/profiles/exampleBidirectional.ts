import { type ProfileData, profileSchema } from '../../src/profiles/profileSchema.ts';
import { exampleProfile } from './exampleProfile.ts';

/** A bidirectional charge point: power at 260, control at 81, start and stop at 257, what flows at 526. */
export function exampleBidirectional(): ProfileData {
  const raw = exampleProfile();
  const to = (address: number, word: number) => ({ function: 6, address, words: [word] });
  raw.commands = {
    setSignedPower: {
      function: 6,
      address: 260,
      type: 'i16',
      unit: 'W',
      positive: 'charge',
      perAmp: 230,
      minimumW: 1380,
      chargeMaximumW: 7360,
      dischargeMaximumW: 7360,
      takeControl: [to(81, 1)],
      start: [to(257, 1)],
      stop: [to(257, 2)],
      handBack: [to(257, 2), to(81, 0)],
    },
  };
  Object.assign(raw.blocks, {
    flow: { function: 3, address: 526, count: 1, group: 'fast', cadenceMs: 1000 },
  });
  raw.points.totalPowerW = {
    is: 'number',
    block: 'flow',
    address: 526,
    type: 'i16',
    unit: 'W',
    plausible: [-9000, 9000],
  };
  raw.writes = [81, 257, 260].map((address) => ({
    function: 6,
    address,
    values: [{ from: 0, to: 0xffff }],
    wear: 'ram',
    leastSpacingMs: 0,
  }));
  return profileSchema.parse(raw);
}
