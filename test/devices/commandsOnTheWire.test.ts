import { afterAll, describe, expect, it } from 'vitest';
import { STAND_MODELS } from '../../firmware-sim/stand.ts';
import type { FallbackSettings } from '../../src/ports/device.ts';
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

const withCommand = (name: 'setChargeCurrent' | 'setPhases' | 'setPowerLimit' | 'setSwitch') =>
  STAND_MODELS.filter((model) => profileOf(model).data.commands[name] !== undefined);

/** What the device is set to do without the gateway; nothing where it takes no such settings. */
function fallbackOf(model: string): FallbackSettings | undefined {
  const { fallback } = profileOf(model).data;
  if (fallback === undefined) return undefined;
  const { current, timeout } = fallback;
  return {
    currentA: 'fixedA' in current ? current.fixedA : 7,
    timeoutMs: 'fixedMs' in timeout ? timeout.fixedMs : Math.max(20_000, timeout.minimumMs),
  };
}

/** Where the pilot ends when nobody speaks any more, after 9 A; and how long that takes where no setting says it. */
const WITHOUT_FALLBACK: Readonly<Record<string, { readonly pilotA: number; readonly afterMs: number }>> = {
  'alfen-eve': { pilotA: 6, afterMs: 60_000 },
  'go-e-charger': { pilotA: 9, afterMs: 60_000 },
  'victron-evcs': { pilotA: 9, afterMs: 60_000 },
};
/** The manual: on expiry the release is withdrawn. */
const STOPS_WHEN_SILENT = ['phoenix-charx'];

describe.concurrent('a charge point obeys its profile over the wire', () => {
  it.each(withCommand('setChargeCurrent'))('%s', { timeout: 60_000 }, async (model) => {
    const fallback = fallbackOf(model);
    const each = await bench(model, fallback === undefined ? {} : { fallback });
    const { stand, device, profile } = each;
    const pilotA = () => Number(stand.truth().setpointA);
    const stepA = profile.data.commands.setChargeCurrent?.stepA ?? 1;
    const expectPilot = (currentA: number, what: string) => {
      expect(pilotA(), what).toBeGreaterThan(currentA - stepA - 1e-6);
      expect(pilotA(), what).toBeLessThanOrEqual(currentA + 1e-6);
    };
    await each.pollFor(25);
    if (fallback !== undefined)
      expect(device.report().fallback).toMatchObject({ state: 'verified', settings: fallback });

    stand.socket?.car.plugIn();
    const ok = { ok: true };
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 10.4 }, 'widening')).toEqual(ok);
    await expectTruth(each, await each.pollFor(45));
    expectPilot(10.4, 'widened');
    expect(stand.truth().chargingState).toBe('C');

    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 7 }, 'narrowing')).toEqual(ok);
    await expectTruth(each, await each.pollFor(20));
    expectPilot(7, 'narrowed');

    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'narrowing')).toEqual(ok);
    await expectTruth(each, await each.pollFor(20));
    expect(stand.truth()).toMatchObject({ chargingState: 'B', setpointA: 0, totalPowerW: 0 });
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'refresh')).toEqual(ok);
    await each.pollFor(Math.max(5, device.traits.writeSpacingMs / 1000));
    expect(stand.truth().chargingState).toBe('B');
    if (profile.data.commands.setChargeCurrent?.resume !== undefined) {
      expect(await each.apply({ kind: 'setChargeCurrent', currentA: 8 }, 'narrowing')).toEqual(ok);
      await each.pollFor(20);
      expect(stand.truth(), 'a narrowing starts nothing').toMatchObject({ chargingState: 'B', setpointA: 0 });
    }

    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 9 }, 'widening')).toEqual(ok);
    await expectTruth(each, await each.pollFor(30));
    expectPilot(9, 'resumed');
    expect(stand.truth().chargingState).toBe('C');

    const timeoutMs = fallback?.timeoutMs ?? WITHOUT_FALLBACK[model]?.afterMs ?? 0;
    await expectTruth(each, await each.pollFor((2.5 * timeoutMs) / 1000));
    expectPilot(9, 'kept alive');

    await each.silence(timeoutMs / 1000 + 5);
    const fallsToA = STOPS_WHEN_SILENT.includes(model)
      ? 0
      : (fallback?.currentA ?? WITHOUT_FALLBACK[model]?.pilotA);
    expect(pilotA(), 'without the gateway').toBe(fallsToA);
    expect(profile.data.watchdog.isSafe, 'isSafe').toBe(fallsToA !== 9);
    // A station that went to its error state needs its car again; the others go on.
    await each.pollFor(30);
    if (fallback !== undefined) expect(device.report().fallback).toMatchObject({ state: 'verified' });
  });
});

describe.concurrent('a charge point that was paused changes its phases over the wire', () => {
  it.each(withCommand('setPhases'))('%s', { timeout: 60_000 }, async (model) => {
    const fallback = fallbackOf(model);
    const each = await bench(model, { phases: 3, ...(fallback === undefined ? {} : { fallback }) });
    const { stand, device } = each;
    const ok = { ok: true };
    const flowing = () =>
      (['L1', 'L2', 'L3'] as const).map((phase) => Number(stand.truth()[`phaseCurrentA.${phase}`]) > 5);
    await each.pollFor(25);
    stand.socket?.car.plugIn();
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 8 }, 'widening')).toEqual(ok);
    await expectTruth(each, await each.pollFor(45));
    expect(flowing()).toEqual([true, true, true]);
    for (const phases of [1, 3] as const) {
      expect(await each.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'narrowing')).toEqual(ok);
      await each.pollFor(20);
      expect(stand.truth()).toMatchObject({ chargingState: 'B', onePhase: phases === 3 });
      const [result] = await Promise.all([
        device.apply({ kind: 'setPhases', phases }, 'widening'),
        each.pollFor(30),
      ]);
      expect(result).toEqual(ok);
      await expectTruth(each, await each.pollFor(20));
      expect(stand.truth()).toMatchObject({ onePhase: phases === 1, chargingState: 'B' });
      expect(await each.apply({ kind: 'setChargeCurrent', currentA: 8 }, 'widening')).toEqual(ok);
      const readings = await each.pollFor(60);
      await expectTruth(each, readings);
      expect(readings.onePhase).toMatchObject({ state: 'measured', value: phases === 1 });
      expect(flowing()).toEqual([true, phases === 3, phases === 3]);
    }
  });
});

/** What an inverter gives when nobody repeats its limit of 3 kW any more, with 8 kW of sun. */
const WITHOUT_REPETITION: Readonly<Record<string, number>> = {
  'sunspec-inverter': -8_000,
  'sunspec-inverter-float': -8_000,
  'fronius-inverter': -8_000,
  'solaredge-inverter': 0,
  'sunspec-inverter-704': 0,
  // Unless its installer has chosen a fall-back.
  'sma-inverter': -3_000,
};

describe.concurrent('an inverter obeys its profile over the wire', () => {
  it.each(withCommand('setPowerLimit'))('%s', { timeout: 60_000 }, async (model) => {
    const each = await bench(model);
    const { stand, profile } = each;
    const ok = { ok: true };
    const producedW = () => 0 - Number(stand.truth().totalPowerW);
    stand.setPhase(0, { exportWh: 5_000_000 });
    stand.setSun(8_000);
    await expectTruth(each, await each.pollFor(70));
    expect(producedW()).toBe(8_000);

    expect(await each.apply({ kind: 'setPowerLimit', powerW: 3_000 }, 'narrowing')).toEqual(ok);
    await expectTruth(each, await each.pollFor(20));
    expect(producedW(), 'limited').toBe(3_000);
    expect(await each.apply({ kind: 'setPowerLimit', powerW: 4_567 }, 'widening')).toEqual(ok);
    await expectTruth(each, await each.pollFor(150));
    expect(producedW(), 'kept for longer than it lapses').toBeLessThanOrEqual(4_567);
    expect(producedW()).toBeGreaterThan(4_567 - 101);
    expect(await each.apply({ kind: 'setPowerLimit', powerW: 0 }, 'narrowing')).toEqual(ok);
    await expectTruth(each, await each.pollFor(20));
    expect(producedW(), 'limited to nothing').toBe(0);
    expect(await each.apply({ kind: 'setPowerLimit' }, 'widening')).toEqual(ok);
    await expectTruth(each, await each.pollFor(40));
    expect(producedW(), 'released').toBe(8_000);
    await each.silence(200);
    expect(producedW(), 'released for good').toBe(8_000);

    await each.pollFor(10);
    expect(await each.apply({ kind: 'setPowerLimit', powerW: 3_000 }, 'narrowing')).toEqual(ok);
    await each.pollFor(10);
    await each.silence(120);
    expect(0 - producedW(), 'without the gateway').toBe(WITHOUT_REPETITION[model]);
    const { isSafe } = profile.data.watchdog;
    if (isSafe) expect(producedW()).toBeLessThanOrEqual(3_000);
  });
});

describe.concurrent('a relay obeys its profile over the wire', () => {
  it.each(withCommand('setSwitch'))('%s', { timeout: 60_000 }, async (model) => {
    const each = await bench(model);
    const { stand, profile } = each;
    const channels = profile.data.commands.setSwitch?.channels ?? 0;
    const ok = { ok: true };
    await each.pollFor(3);
    for (let relayChannel = 1; relayChannel <= channels; relayChannel++) {
      expect(await each.apply({ kind: 'setSwitch', relayChannel, position: 'closed' }, 'widening')).toEqual(
        ok,
      );
      await expectTruth(each, await each.pollFor(3));
      expect(stand.contacts.findLastIndex(({ isClosed }) => isClosed)).toBe(relayChannel - 1);
      expect(await each.apply({ kind: 'setSwitch', relayChannel, position: 'open' }, 'narrowing')).toEqual(
        ok,
      );
      await expectTruth(each, await each.pollFor(3));
      expect(stand.contacts.filter(({ isClosed }) => isClosed)).toHaveLength(0);
    }
    expect(await each.apply({ kind: 'setSwitch', relayChannel: 1, position: 'closed' }, 'widening')).toEqual(
      ok,
    );
    await expectTruth(each, await each.pollFor(150));
    expect(stand.truth()['relayClosed.1'], 'kept alive').toBe(true);
    await each.silence(65);
    expect(stand.truth()['relayClosed.1'], 'without the gateway').toBe(!profile.data.watchdog.isSafe);
  });
});

describe.concurrent('a bidirectional charge point obeys its profile over the wire', () => {
  const FALLBACK = { currentA: 0, timeoutMs: 60_000 };
  const ok = { ok: true };

  it('is limited while it charges, stops, begins nothing by a narrowing, and is handed back', async () => {
    const each = await bench('wallbox-quasar', { fallback: FALLBACK });
    const { stand, device } = each;
    const powerW = () => Number(stand.truth().totalPowerW);
    stand.socket?.car.plugIn();
    let readings = await each.pollFor(30);
    expect(device.report().fallback).toMatchObject({ state: 'verified', settings: FALLBACK });
    expect(powerW()).toBeGreaterThan(7_000);
    expect(shown(readings, 'setpointA')).toBe(34.25);
    expect(shown(readings, 'powerLimitW')).toBe(7_400);
    expect(shown(readings, 'ratedPowerW')).toBe(7_400);

    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 10 }, 'narrowing')).toEqual(ok);
    readings = await each.pollFor(20);
    await expectTruth(each, readings);
    expect(shown(readings, 'setpointA')).toBe(10);
    expect(Number(stand.truth()['phaseCurrentA.L1'])).toBeLessThanOrEqual(10);
    expect(powerW()).toBeGreaterThan(2_000);

    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 0 }, 'narrowing')).toEqual(ok);
    readings = await each.pollFor(10);
    await expectTruth(each, readings);
    expect(shown(readings, 'setpointA')).toBe(0);
    expect(powerW()).toBe(0);
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 8 }, 'narrowing')).toEqual(ok);
    await each.pollFor(10);
    expect(powerW(), 'a narrowing starts nothing').toBe(0);
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 12 }, 'widening')).toEqual(ok);
    readings = await each.pollFor(150);
    expect(shown(readings, 'setpointA')).toBe(12);
    expect(powerW()).toBeGreaterThan(2_500);

    await each.silence(70);
    expect(powerW(), 'without the gateway').toBe(0);
    expect(await each.apply({ kind: 'setChargeCurrent', currentA: 40 }, 'widening')).toEqual(ok);
    stand.socket?.car.plugOut();
    await each.pollFor(5);
    stand.socket?.car.plugIn();
    readings = await each.pollFor(20);
    expect(shown(readings, 'setpointA'), 'handed back').toBe(34.25);
    expect(powerW()).toBeGreaterThan(7_000);
  });

  it('is limited while it discharges, and a limit of the other side does not touch that', async () => {
    const each = await bench('wallbox-quasar', { fallback: FALLBACK });
    const { stand } = each;
    const powerW = () => Number(stand.truth().totalPowerW);
    stand.socket?.car.plugIn();
    await each.pollFor(5);
    // Somebody else has it discharge with 3 kW.
    for (const [address, word] of [
      [81, 1],
      [82, 0],
      [83, 1],
      [260, -3_000 & 0xffff],
      [257, 1],
    ] as const)
      stand.respond(Buffer.from([6, address >> 8, address & 0xff, word >> 8, word & 0xff]));
    let readings = await each.pollFor(20);
    await expectTruth(each, readings);
    expect(powerW()).toBeLessThan(-2_500);
    const givenW = powerW();
    const before = each.writes.length;
    await each.apply({ kind: 'setChargeCurrent', currentA: 6 }, 'narrowing');
    expect(each.writes.slice(before).map(({ address, values }) => [address, values?.[0]])).toEqual([[81, 0]]);
    await each.pollFor(3);
    expect(powerW()).toBeGreaterThanOrEqual(givenW);

    for (const [address, word] of [
      [81, 1],
      [257, 1],
    ] as const)
      stand.respond(Buffer.from([6, address >> 8, address & 0xff, word >> 8, word & 0xff]));
    await each.pollFor(10);
    expect(await each.apply({ kind: 'setPowerLimit', powerW: 2_000 }, 'narrowing')).toEqual(ok);
    readings = await each.pollFor(15);
    expect(shown(readings, 'powerLimitW')).toBe(2_000);
    expect(shown(readings, 'setpointA')).toBe(0);
    expect(powerW()).toBeLessThan(-1_500);
    expect(powerW()).toBeGreaterThanOrEqual(-2_000);
  });
});
