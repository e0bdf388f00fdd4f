import { afterAll, describe, expect, it } from 'vitest';
import { STAND_MODELS } from '../../firmware-sim/stand.ts';
import { expectTruth } from './expectTruth.ts';
import { openWireBench, profileOf, shown, type WireBench, type WireBenchOptions } from './wireBench.ts';

const opened: WireBench[] = [];

async function bench(model: string, options: WireBenchOptions = {}): Promise<WireBench> {
  const made = await openWireBench(model, options);
  opened.push(made);
  return made;
}

// Not one by one: a pseudo-terminal that is closed holds up those that are open.
afterAll(async () => {
  for (const each of opened) await each.close();
});

const modelsOf = (kind: string) => STAND_MODELS.filter((model) => profileOf(model).data.kind === kind);
/** By then each block that changes has been read again, also at the pace of a KEBA. */
const SETTLED_S = 34;
/** And every block that there is. */
const WHOLE_S = 75;

describe.concurrent('what a profile reads over the wire is what is so', { timeout: 60_000 }, () => {
  it.each(modelsOf('meter'))('%s: import, export, unlike phases, nothing', async (model) => {
    const each = await bench(model);
    const { stand } = each;
    stand.setPhase(0, {
      voltageV: 231.4,
      powerW: 1_234,
      reactiveVar: 210,
      importWh: 1_234_500,
      exportWh: 81_300,
    });
    stand.setPhase(1, {
      voltageV: 228.9,
      powerW: 3_456,
      reactiveVar: -300,
      importWh: 700_100,
      exportWh: 300,
    });
    stand.setPhase(2, { voltageV: 235.2, powerW: 57, importWh: 90_000, exportWh: 12_345_600 });
    await expectTruth(each, await each.pollFor(SETTLED_S));
    for (const phase of [0, 1, 2]) stand.setPhase(phase, { powerW: -800 * (phase + 1), reactiveVar: 90 });
    await expectTruth(each, await each.pollFor(SETTLED_S));
    stand.setPhase(0, { powerW: 2_500 });
    stand.setPhase(1, { powerW: -1_700 });
    stand.setPhase(2, { powerW: 0, reactiveVar: 0 });
    await expectTruth(each, await each.pollFor(SETTLED_S));
    for (const phase of [0, 1]) stand.setPhase(phase, { powerW: 0, reactiveVar: 0 });
    await expectTruth(each, await each.pollFor(SETTLED_S));
  });

  it.each(modelsOf('inverter'))('%s: sun, full power, night', async (model) => {
    const each = await bench(model);
    const { stand } = each;
    stand.setPhase(0, { voltageV: 238, exportWh: 4_567_800 });
    stand.setSun(3_210);
    await expectTruth(each, await each.pollFor(SETTLED_S));
    stand.setSun(12_000);
    await expectTruth(each, await each.pollFor(SETTLED_S));
    stand.setSun(0);
    await expectTruth(each, await each.pollFor(3 * SETTLED_S));
  });

  it.each(modelsOf('chargePoint'))('%s: no car, a car that charges, a car that is gone', async (model) => {
    const each = await bench(model);
    const { stand } = each;
    await expectTruth(each, await each.pollFor(WHOLE_S));
    stand.socket?.car.plugIn();
    await expectTruth(each, await each.pollFor(SETTLED_S));
    stand.socket?.car.plugOut();
    await expectTruth(each, await each.pollFor(SETTLED_S));
  });

  it.each(modelsOf('relay'))('%s: contacts and inputs', async (model) => {
    const each = await bench(model);
    await expectTruth(each, await each.pollFor(5));
    for (const index of [1, 3]) {
      const input = each.stand.inputs[index];
      if (input !== undefined) input.isActive = true;
    }
    await expectTruth(each, await each.pollFor(5));
  });

  it.each(STAND_MODELS.filter((model) => /^(sunspec|fronius|solaredge)-/.test(model)))(
    '%s on one phase has nothing to say of the others',
    async (model) => {
      const each = await bench(model, { phases: 1 });
      const { stand } = each;
      stand.setPhase(0, { voltageV: 233, powerW: 1_500, importWh: 12_000, exportWh: 34_000 });
      stand.setSun(1_700);
      const readings = await each.pollFor(SETTLED_S);
      await expectTruth(each, readings);
      expect(shown(readings, 'phaseCurrentA.L2')).not.toEqual(expect.any(Number));
      expect(shown(readings, 'phaseVoltageV.L3')).not.toEqual(expect.any(Number));
    },
  );

  it.each([
    // Unavailable, by its own register.
    ['phoenix-charx', '06 0518 0000', 'F'],
    // A remote lock.
    ['heidelberg-energy-control', '06 0103 0000', 'F'],
    ['amperfied-connect', '10 0103 0001 02 0000', 'F'],
  ])('%s tells that it is out of order', async (model, pdu, state) => {
    const each = await bench(model);
    each.stand.socket?.car.plugIn();
    await each.pollFor(5);
    each.stand.respond(Buffer.from(pdu.replaceAll(' ', ''), 'hex'));
    expect(shown(await each.pollFor(4), 'chargingState')).toBe(state);
  });
});
