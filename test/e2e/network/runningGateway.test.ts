import { afterEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../../src/cli/exitCodes.ts';
import { networkSchema } from '../../../src/contract/network.ts';
import { serve } from '../../adapters/network/benches.ts';
import type { HomeUnderTest } from '../../support/processes/homeUnderTest.ts';
import { hasMosquitto } from '../../support/processes/mosquitto.ts';
import { TestBed } from '../../support/processes/testBed.ts';
import { until } from '../../support/processes/waiting.ts';

/** A minute without connection is six seconds. */
const SPEED = 10;

let bed: TestBed;

afterEach(async () => {
  await bed.close();
});

/** The status once the way is as it should be. */
async function whenNetwork(home: HomeUnderTest, brokenRung: string | undefined) {
  const { answer } = await until(
    `the lowest broken rung is ${brokenRung}`,
    async () => {
      const status = await home.gateway.status();
      const isSo = status?.network !== undefined && status.network.brokenRung === brokenRung;
      return isSo ? status : undefined;
    },
    { withinMs: 60_000, everyMs: 200 },
  );
  return answer;
}

describe.skipIf(!hasMosquitto)('a gateway', () => {
  it('whose broker goes names the rung by itself after a minute, says when it is mended, and keeps both', async () => {
    bed = new TestBed();
    const broker = await bed.openBroker();
    const home = await bed.openHome({ name: 'home-1', speed: SPEED, brokerUrl: broker.url });
    await home.gateway.start();
    await until('the gateway is connected', async () => (await home.gateway.status())?.sync.isConnected);
    const whole = await home.ask('network');
    expect(whole.code, whole.stdout + whole.stderr).toBe(0);
    expect((await home.gateway.status())?.network).toBeUndefined();

    await broker.kill();
    const broken = await whenNetwork(home, 'brokerTcp');
    expect(broken.faults).toContainEqual(
      expect.objectContaining({ code: 'back-office-unreachable', subject: 'brokerTcp' }),
    );
    const asked = await home.ask('network', '--json');
    expect(asked.code).toBe(EXIT_CODES.backOfficeUnreachable.code);
    expect(networkSchema.parse(JSON.parse(asked.stdout))).toMatchObject({
      isStanding: false,
      lowestFailed: 'brokerTcp',
    });

    await broker.start();
    const mended = await whenNetwork(home, undefined);
    expect(mended.faults.map(({ code }) => code)).not.toContain('back-office-unreachable');
    const history = JSON.parse((await home.ask('network', '--history', '--json')).stdout);
    expect(history).toMatchObject([{ broken: 'brokerTcp', cause: 'tcp-refused' }, { cause: 'whole' }]);
  }, 180_000);

  it('goes on deciding while every rung hangs', async () => {
    bed = new TestBed();
    const mute = await serve(() => {});
    bed.onClose(() => mute.close());
    const home = await bed.openHome({ name: 'home-1', brokerUrl: `mqtts://127.0.0.1:${mute.port}` });
    await home.gateway.start();
    const before = await home.gateway.status();
    const asked = home.ask('network', '--json');
    const { stdout } = await asked;
    const found = networkSchema.parse(JSON.parse(stdout));
    expect(found.lowestFailed).toBe('tls');
    expect(found.tookMs).toBeGreaterThan(3_000);
    const after = await home.gateway.status();
    const cycles = (after?.cycle.count ?? 0) - (before?.cycle.count ?? 0);
    expect(cycles).toBeGreaterThanOrEqual(Math.floor(found.tookMs / 1_000) - 1);
    expect(after?.cycle.worstMs).toBeLessThan(500);
  }, 60_000);

  it('where none runs, its session is tried; where one runs out of sight, that one is left alone', async () => {
    bed = new TestBed();
    const broker = await bed.openBroker();
    const home = await bed.openHome({ name: 'home-1', brokerUrl: broker.url });
    await home.gateway.start();
    await until('the gateway is connected', async () => (await home.gateway.status())?.sync.isConnected);
    // Another folder for the socket: the command cannot ask the gateway, and must not take its session over.
    const elsewhere = await home.ask('network', '--runtime-directory', bed.makeFolder('elsewhere'));
    expect(elsewhere.code).toBe(EXIT_CODES.portInUse.code);
    expect(elsewhere.stderr).toContain('so that its session at the broker is left alone');
    await home.gateway.stop();
    const alone = await home.ask('network', '--json');
    expect(networkSchema.parse(JSON.parse(alone.stdout))).toMatchObject({ isStanding: true });
    expect(alone.code).toBe(0);
  }, 60_000);
});
