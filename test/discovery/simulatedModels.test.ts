import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STAND_MODELS, standDevice } from '../../firmware-sim/stand.ts';
import { identify, type Proposal } from '../../src/discovery/identify.ts';
import { linksOf } from '../../src/discovery/links.ts';
import { UnitReader } from '../../src/discovery/unitReader.ts';
import type { Wire } from '../../src/discovery/wire.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { DirectLine } from '../support/directLine.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { drive } from './registerLine.ts';

const { profiles } = loadProfiles(join(import.meta.dirname, '../../drivers'));

async function proposalsFor(model: string): Promise<readonly Proposal[]> {
  const profile = profiles.get(model);
  const [link] = profile === undefined ? [] : linksOf(profile);
  if (link === undefined) throw new Error(`no profile ${model}`);
  const clock = new SteppedClock();
  const stand = standDevice(model, { startAtMs: 0, unit: link.unit });
  stand.setSun(1_000);
  stand.advanceTo(5_000);
  const firmware = {
    respond: (pdu: Buffer) => stand.firmware.respond(pdu, 5_000 + clock.runningMs(), link.unit),
  };
  const line = new DirectLine({ devices: new Map([[link.unit, firmware]]), clock });
  const reader = new UnitReader({ line, unit: link.unit, clock, reopenMs: 0, isStopped: () => false });
  const wire: Wire =
    link.transport === 'tcp'
      ? { kind: 'tcp', host: '10.0.0.1', port: link.port }
      : { kind: 'serial', path: '/dev/ttyUSB0', ...link };
  return drive(clock, identify(reader, wire, [...profiles.values()]));
}

describe('a model is found by what it says of itself', () => {
  const marked = STAND_MODELS.filter((model) => (profiles.get(model)?.data.fingerprint.length ?? 0) > 0);
  const unmarked = STAND_MODELS.filter((model) => profiles.get(model)?.data.fingerprint.length === 0);

  it.each(marked)('%s is the best proposal for itself', async (model) => {
    const proposals = await proposalsFor(model);
    const main = proposals.filter(({ role }) => role !== 'alternative').map(({ profile }) => profile.id);
    expect(main).toContain(model);
  });

  it.each(unmarked)('%s, which has no mark, is among what it may be', async (model) => {
    expect((await proposalsFor(model)).map(({ profile }) => profile.id)).toContain(model);
  });
});
