import { describe, expect, it } from 'vitest';
import { buildHome } from '../../firmware-sim/home.ts';
import { type HomeName, readHome } from '../../firmware-sim/homeSpec.ts';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import type { DeviceReadings } from '../../src/domain/point.ts';
import type { Device } from '../../src/ports/device.ts';
import { DirectLine } from '../support/directLine.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { shippedProfile } from './profileDeviceBench.ts';

/** An evening in winter with both cars at home. */
const START_AT_MS = Date.UTC(2007, 0, 15, 19, 0);
const FALLBACK = { currentA: 6, timeoutMs: 20_000 };

/** Every device of a simulated home behind its profile, polled each second. */
function enterHome(name: HomeName) {
  const home = buildHome(readHome(name), { startAtMs: START_AT_MS });
  const clock = new SteppedClock();
  const nowMs = () => START_AT_MS + clock.runningMs();
  const devices: Record<string, Device> = {};
  for (const { deviceId, model, unit } of home.spec.devices) {
    const installed = home.devices[deviceId];
    if (installed === undefined) throw new Error(`no ${deviceId}`);
    const profile = shippedProfile(model);
    devices[deviceId] = createProfileDevice({
      deviceId,
      profile,
      unit,
      line: new DirectLine({ devices: new Map([[unit, installed]]), clock, deviceNowMs: nowMs }),
      clock,
      log: new RecordingLog(),
      ...(profile.data.fallback === undefined ? {} : { fallback: FALLBACK }),
    });
  }
  const device = (deviceId: string): Device => {
    const found = devices[deviceId];
    if (found === undefined) throw new Error(`no ${deviceId}`);
    return found;
  };
  const pollFor = async (seconds: number): Promise<Record<string, DeviceReadings>> => {
    let snapshot: Record<string, DeviceReadings> = {};
    for (let second = 0; second < seconds; second++) {
      const polls = Object.entries(devices).map(async ([id, each]) => [id, await each.poll()] as const);
      await clock.advance(1000);
      snapshot = Object.fromEntries(await Promise.all(polls));
    }
    return snapshot;
  };
  return { home, clock, nowMs, device, pollFor };
}

function reported(readings: DeviceReadings | undefined, point: keyof DeviceReadings): unknown {
  const reading = readings?.[point];
  return reading?.state === 'measured' ? reading.value : reading?.state;
}

describe('the profiles against the simulated devices', () => {
  it('read every point of every device as a plausible value', async () => {
    for (const name of ['single-phase', 'three-phase'] as const) {
      const { pollFor, home } = enterHome(name);
      const snapshot = await pollFor(90);
      for (const { deviceId } of home.spec.devices) {
        for (const [point, reading] of Object.entries(snapshot[deviceId] ?? {})) {
          expect(`${deviceId} ${point} ${reading?.state}`).toMatch(/ (measured|absent)$/);
        }
      }
    }
  });

  it('read at the connection point what really flows there', async () => {
    const { pollFor, home } = enterHome('three-phase');
    const { 'grid-meter': meter } = await pollFor(30);
    const flow = home.plant.flowAt('cutOut');
    for (const [index, phase] of (['L1', 'L2', 'L3'] as const).entries()) {
      const powerW = Number(reported(meter, `phasePowerW.${phase}`));
      const trueW = flow.powerW[index] ?? 0;
      expect(Math.abs(powerW - trueW)).toBeLessThan(Math.max(100, Math.abs(trueW) * 0.1));
    }
  });

  it('set the current of both charge points, read it back, and the car follows', async () => {
    const { pollFor, device } = enterHome('three-phase');
    await pollFor(30);
    for (const deviceId of ['charge-point', 'second-charge-point']) {
      const result = await device(deviceId).apply({ kind: 'setChargeCurrent', currentA: 8 }, 'narrowing');
      expect(result).toEqual({ ok: true });
    }
    const snapshot = await pollFor(45);
    for (const deviceId of ['charge-point', 'second-charge-point']) {
      expect(reported(snapshot[deviceId], 'setpointA')).toBe(8);
      expect(reported(snapshot[deviceId], 'chargingState')).toBe('C');
      expect(Number(reported(snapshot[deviceId], 'phaseCurrentA.L1'))).toBeLessThan(8.5);
      expect(Number(reported(snapshot[deviceId], 'phaseCurrentA.L1'))).toBeGreaterThan(5);
    }
  });

  it('keep a relay closed by refreshing it, and it opens by itself when the gateway is dead', async () => {
    const { pollFor, device, home, clock, nowMs } = enterHome('single-phase');
    const close = { kind: 'setSwitch', relayChannel: 1, position: 'closed' } as const;
    for (let round = 0; round < 5; round++) {
      expect(await device('relay').apply(close, round === 0 ? 'widening' : 'refresh')).toEqual({ ok: true });
      const { relay } = await pollFor(20);
      expect(reported(relay, 'relayClosed.1')).toBe(true);
    }
    await clock.advance(61_000);
    home.advanceTo(nowMs());
    expect(reported((await pollFor(1)).relay, 'relayClosed.1')).toBe(false);
  });

  it('leave both charge points with a fall-back that holds when the gateway is dead', async () => {
    const { pollFor, home, clock, nowMs } = enterHome('three-phase');
    await pollFor(30);
    await clock.advance(FALLBACK.timeoutMs + 1000);
    home.advanceTo(nowMs());
    expect(home.chargePoints.map(({ socket }) => socket.pilotA)).toEqual([6, 6]);
  });

  it('restore the fall-back of a charge point that rebooted with its defaults', async () => {
    const { pollFor, home, nowMs } = enterHome('three-phase');
    await pollFor(30);
    for (const deviceId of ['charge-point', 'second-charge-point']) {
      home.devices[deviceId]?.setFault({ kind: 'reboot' }, nowMs());
    }
    const snapshot = await pollFor(120);
    for (const deviceId of ['charge-point', 'second-charge-point']) {
      expect(reported(snapshot[deviceId], 'fallbackCurrentA')).toBe(6);
      expect(reported(snapshot[deviceId], 'fallbackTimeoutMs')).toBe(20_000);
    }
  });

  it('never go beyond the pace of the KEBA, except for its guard at first contact and for a narrowing', async () => {
    const { pollFor, home, device } = enterHome('single-phase');
    await pollFor(300);
    const [keba] = home.chargePoints;
    if (keba === undefined || !('paceViolations' in keba.firmware)) throw new Error('no KEBA');
    expect(keba.firmware.paceViolations).toEqual({ reads: 0, writes: 1 });
    await device('charge-point').apply({ kind: 'setChargeCurrent', currentA: 12 }, 'narrowing');
    await device('charge-point').apply({ kind: 'setChargeCurrent', currentA: 6 }, 'narrowing');
    expect(keba.firmware.paceViolations).toEqual({ reads: 0, writes: 2 });
  });
});
