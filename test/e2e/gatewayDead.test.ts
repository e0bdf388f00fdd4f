import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Truth } from '../../firmware-sim/truth.ts';
import type { Endpoint } from '../../firmware-sim/wires/houseOnWires.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const QUIET_NIGHT_MS = Date.UTC(2006, 11, 24, 3, 0);
const SPEED = 4;
/** Of the site plan: what the KEBA does by itself when it hears nothing. */
const FALLBACK_A = 6;
const FALLBACK_TIMEOUT_S = 15;
/** Longest hold of a closed channel (Waveshare flash-on of 600 tenths). */
const FLASH_ON_S = 60;
/** Between two looks at the house, real time, so four times as much simulated. */
const LOOK_EVERY_MS = 50;

type TcpEndpoint = Extract<Endpoint, { kind: 'tcp' }>;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

/** Waits until the house is so. @returns what it was when it was so first */
async function reach(what: string, home: HomeUnderTest, isSo: (truth: Truth) => boolean): Promise<Truth> {
  const { answer } = await until(
    what,
    async () => {
      const truth = await home.house.truth();
      return isSo(truth) ? truth : undefined;
    },
    { withinMs: 60_000, everyMs: LOOK_EVERY_MS },
  );
  return answer;
}

/** By an independent look at its registers: fail-safe current, mA, and time-out, s (KEBA guide V1.02). */
async function holdsFallback(home: HomeUnderTest): Promise<boolean> {
  const endpoint = (await home.house.endpoints())['charge-point'];
  if (endpoint?.kind !== 'tcp') throw new Error('the charge point is not on TCP');
  const currentMa = await readDoubleWord(endpoint, 1600);
  const timeoutS = await readDoubleWord(endpoint, 1602);
  return currentMa === FALLBACK_A * 1_000 && timeoutS === FALLBACK_TIMEOUT_S;
}

/** One value of two holding registers, in plain bytes on a connection of its own. */
async function readDoubleWord({ host, port, unit }: TcpEndpoint, register: number): Promise<number> {
  const request = Buffer.from([0, 1, 0, 0, 0, 6, unit, 3, register >> 8, register & 0xff, 0, 2]);
  const socket = connect(port, host);
  socket.write(request);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.readUInt32BE(9);
}

function chargePointOf(truth: Truth) {
  const chargePoint = truth.chargePoints['charge-point'];
  if (chargePoint === undefined) throw new Error('the house has no charge-point');
  return chargePoint;
}

describe('the gateway is killed and left dead', () => {
  it('the charge point falls to its fall-back current within its time-out, and the relay lets go of its loads', {
    timeout: 120_000,
  }, async () => {
    const home = await bed.openHome({ name: 'left-dead', startAtMs: QUIET_NIGHT_MS, speed: SPEED });
    await home.gateway.start();
    await home.house.plugIn();
    await home.judge();
    await until('the charge point holds its fall-back settings', () => holdsFallback(home), { everyMs: 500 });
    await reach(
      'the car charges and the relay holds both loads',
      home,
      (truth) =>
        chargePointOf(truth).carA > 20 &&
        truth.switches.waterHeater === 'closed' &&
        truth.switches.generator === 'closed',
    );

    await home.gateway.kill();
    const killed = await home.house.truth();
    expect(chargePointOf(killed).isFailSafe).toBe(false);

    const fallen = await reach('the fall-back', home, (truth) => chargePointOf(truth).isFailSafe);
    const fellAfterS = fallen.simulatedSeconds - killed.simulatedSeconds;
    expect(fellAfterS).toBeLessThanOrEqual(FALLBACK_TIMEOUT_S + 1);
    expect(chargePointOf(fallen).pilotA).toBe(FALLBACK_A);
    const obeyed = await reach('the car obeys', home, (truth) => chargePointOf(truth).carA <= FALLBACK_A);
    expect(obeyed.simulatedSeconds - fallen.simulatedSeconds).toBeLessThanOrEqual(5);
    // Not paused: what fits under the cut-out goes on.
    expect(chargePointOf(obeyed).carA).toBeGreaterThan(5);

    const open = await reach(
      'the relay has let go',
      home,
      ({ switches }) => switches.waterHeater === 'open' && switches.generator === 'open',
    );
    expect(open.simulatedSeconds - killed.simulatedSeconds).toBeLessThanOrEqual(FLASH_ON_S + 1);
    expect(open.ceilings.import.phases[0]?.secondsAbove).toBe(0);
  });
});
