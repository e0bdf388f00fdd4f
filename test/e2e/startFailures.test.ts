import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Truth } from '../../firmware-sim/truth.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import type { Status } from '../../src/contract/status.ts';
import { makeKeys, writeTrust } from '../support/keys.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { seededRandom, sleep, until } from '../support/processes/waiting.ts';

const QUIET_NIGHT_MS = Date.UTC(2006, 11, 24, 3, 0);
const SPEED = 4;
/** Real time; four times as much for the home. */
const LOOK_FOR_MS = 4_000;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

async function openHome(name: string, settings: object = {}): Promise<HomeUnderTest> {
  const home = await bed.openHome({ name, startAtMs: QUIET_NIGHT_MS, speed: SPEED, settings });
  await home.house.plugIn();
  return home;
}

function drawnA({ chargePoints }: Truth): number {
  return chargePoints['charge-point']?.carA ?? Number.NaN;
}

function isSafe(truth: Truth): boolean {
  return drawnA(truth) === 0 && truth.switches.waterHeater === 'open' && truth.switches.generator === 'open';
}

async function reach(what: string, home: HomeUnderTest, isSo: (truth: Truth) => boolean): Promise<void> {
  const ask = async (): Promise<boolean> => isSo(await home.house.truth());
  await until(`${what}; ${home.name}`, ask, { withinMs: 40_000 });
}

/** The gateway runs on, and for all the time that we look nothing is wider than the safe posture. */
async function staysSafe(home: HomeUnderTest): Promise<Status> {
  await reach('the safe posture', home, isSafe);
  const untilMs = performance.now() + LOOK_FOR_MS;
  while (performance.now() < untilMs) {
    expect(isSafe(await home.house.truth()), home.gateway.process.account()).toBe(true);
    await sleep(100);
  }
  const status = await home.gateway.status();
  if (status === undefined) throw new Error(home.gateway.process.account());
  expect(status.posture).toBe('safe');
  return status;
}

function faultCodes(status: Status | undefined): readonly string[] {
  return status?.faults.map(({ code }) => code) ?? [];
}

/** No device heard a command. */
async function expectUntouched(home: HomeUnderTest): Promise<void> {
  const { chargePoints, switches } = await home.house.truth();
  expect(chargePoints['charge-point']?.setpointWrites).toBe(0);
  expect(switches.operations).toBe(0);
}

describe('a gateway that must not start', () => {
  it('wrong configuration: exit code 78, each mistake with its place; nothing is touched', async () => {
    const home = await openHome('mistaken');
    home.writeSettings({ logLevel: 'loud', cycle: { intervalMs: 5 } });
    const settings = await home.ask('run');
    expect(settings.code).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(settings.stderr).toMatch(/2 mistakes in the configuration/);
    for (const place of ['logLevel', 'cycle.intervalMs']) expect(settings.stderr).toContain(place);

    home.writeSettings();
    home.writePlan({
      ...home.plan,
      circuits: home.plan.circuits.map((circuit) => ({ ...circuit, ratingA: -60 })),
    });
    const plan = await home.ask('run');
    expect(plan.code).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(plan.stderr).toMatch(
      /site\.jsonc: circuits\[0\] \(connection-point\)\.ratingA\n +expected .+\n +found +-60\n +to do +\S/,
    );
    await expectUntouched(home);
  });

  it('unknown profile: exit code 66 and the name that was probably meant; nothing is touched', async () => {
    const home = await openHome('unknown-profile');
    home.writePlan({
      ...home.plan,
      devices: home.plan.devices.map((device) =>
        device.deviceId === 'grid-meter' ? { ...device, profile: 'eastron-sdm232' } : device,
      ),
    });
    const refused = await home.ask('run');
    expect(refused.code).toBe(EXIT_CODES.unknownProfile.code);
    expect(refused.stderr).toMatch(
      /devices\[0\] \(grid-meter\)\.profile\n +expected .+\n +found +"eastron-sdm232"\n/,
    );
    expect(refused.stderr).toMatch(/to do +.*eastron-sdm230/);
    await expectUntouched(home);
  });

  it('socket or record in use: exit code 71 for the second gateway, the first one goes on', async () => {
    const home = await openHome('first');
    const before = await home.gateway.start();
    const sameSocket = await home.ask('run');
    expect(sameSocket.code).toBe(EXIT_CODES.portInUse.code);
    expect(sameSocket.stderr).toMatch(/run\/loadgate\.sock: another gateway answers there; stop it, or .+/);
    const sameRecord = await home.ask('run', '--runtime-directory', bed.makeFolder('other-run'));
    expect(sameRecord.code).toBe(EXIT_CODES.portInUse.code);
    expect(sameRecord.stderr).toMatch(
      /\/state: expected .+ found another gateway running on it; end that one/,
    );
    const after = await home.gateway.status();
    expect(after?.cycle.count).toBeGreaterThan(before.cycle.count);
    expect(after?.record.condition).not.toBe('failing');
  });

  it('a trust bundle of another root, or a key that is none: exit code 78 and what to do; nothing is touched', async () => {
    const home = await openHome('wrong-trust');
    const { trust } = writeTrust(home.folder, { ...makeKeys(), bundleJws: makeKeys().bundleJws });
    home.writeSettings({ trust });
    const bundle = await home.ask('run');
    expect(bundle.code).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(bundle.stderr).toMatch(
      /trust\.jws: expected a trust bundle signed by .+ not signed by a root key .+ take the file/,
    );
    expect((await home.ask('check')).stderr).toContain('trust.jws');

    home.writeSettings();
    mkdirSync(home.stateDirectory);
    const identity = join(home.stateDirectory, 'identity.key');
    writeFileSync(identity, 'damaged');
    const key = await home.ask('run');
    expect(key.code).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(key.stderr).toMatch(
      /identity\.key: expected the private key .+ found something else; put its copy/,
    );
    expect(readFileSync(identity, 'utf8')).toBe('damaged');
    await expectUntouched(home);
  });

  it('a file where the socket shall lie: exit code 78 and what to do; nothing is touched', async () => {
    const home = await openHome('no-socket');
    writeFileSync(join(home.folder, 'run'), '');
    const refused = await home.ask('run');
    expect(refused.code).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(refused.stderr).toContain(join(home.folder, 'run'));
    await expectUntouched(home);
  });
});

describe('a damaged database', () => {
  it('is set aside as it was found; the home stays in the safe posture, over a kill too, until somebody acknowledges', async () => {
    const home = await openHome('damaged');
    await home.gateway.start();
    await reach('the car charges', home, (truth) => drawnA(truth) > 10);
    await home.gateway.stop();

    const path = join(home.stateDirectory, 'loadgate.sqlite');
    const damaged = readFileSync(path);
    const random = seededRandom(1);
    for (let offset = 1_024; offset < damaged.length; offset += 1)
      damaged[offset] = Math.floor(random() * 256);
    writeFileSync(path, damaged);

    await home.gateway.start();
    const status = await staysSafe(home);
    expect(faultCodes(status)).toContain('store-set-aside');
    expect(status.sentence).toMatch(/database was damaged and has been set aside/);
    expect(readFileSync(`${path}.damaged-1`).equals(damaged)).toBe(true);
    expect(home.gateway.process.log()).toContain('loadgate.sqlite.damaged-1');

    await home.gateway.kill();
    await home.gateway.start();
    expect(faultCodes(await staysSafe(home))).toContain('store-set-aside');
    expect(readFileSync(`${path}.damaged-1`).equals(damaged)).toBe(true);

    expect(await home.gateway.acknowledge()).toEqual({ isAcknowledged: true });
    await reach('the car charges again', home, (truth) => drawnA(truth) > 10);
    const after = await home.gateway.status();
    expect(after?.posture).toBe('normal');
    expect(faultCodes(after)).not.toContain('store-set-aside');
    expect(await home.gateway.acknowledge()).toEqual({ isAcknowledged: false });
  }, 120_000);
});

/** Whether this user may mount; in a container often not. */
const canMount = ((): boolean => {
  const probe = new TestBed();
  const folder = probe.makeFolder('probe');
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder]).status === 0;
  if (isMounted) execFileSync('umount', [folder]);
  void probe.close();
  return isMounted;
})();

/** A small disk of its own for the state of a home. */
function mountDisk(home: HomeUnderTest, options: string): void {
  mkdirSync(home.stateDirectory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', home.stateDirectory]);
  bed.onClose(async () => {
    await home.gateway.kill();
    execFileSync('umount', [home.stateDirectory]);
  });
}

describe('a record that cannot be written', () => {
  it('a file in place of the state directory: the gateway narrows, says so, and never widens', async () => {
    const home = await openHome('no-directory');
    await reach('the car charges by itself', home, (truth) => drawnA(truth) > 10);
    writeFileSync(home.stateDirectory, 'here already');
    await home.gateway.start();
    const status = await staysSafe(home);
    expect(faultCodes(status)).toContain('store-failed');
    expect(status.record.condition).not.toBe('restored');
    expect(home.gateway.process.log()).toContain(home.stateDirectory);
    expect(readFileSync(home.stateDirectory, 'utf8')).toBe('here already');
    expect(await home.gateway.stop()).toEqual({ code: 0, signal: null });
  }, 90_000);

  it.skipIf(!canMount)(
    'a read-only disk: the gateway narrows, says so, and never widens',
    async () => {
      const home = await openHome('read-only');
      mountDisk(home, 'size=8m');
      await home.gateway.start();
      await reach('the car charges', home, (truth) => drawnA(truth) > 10);
      // Killed and not stopped: the car goes on at what it was last told.
      await home.gateway.kill();
      execFileSync('mount', ['-o', 'remount,ro', home.stateDirectory]);
      await home.gateway.start();
      const status = await staysSafe(home);
      expect(faultCodes(status)).toContain('store-failed');
      expect(home.gateway.process.log()).toMatch(/read-only|EROFS/i);
    },
    90_000,
  );

  it.skipIf(!canMount)(
    'a disk that runs full: what is wide stays until it is narrowed, then nothing widens until there is room again',
    async () => {
      const home = await openHome('full-disk');
      mountDisk(home, 'size=8m');
      await home.gateway.start();
      await reach('the car charges', home, (truth) => drawnA(truth) > 10);
      const filler = join(home.stateDirectory, 'filler');
      fillDisk(home.stateDirectory, filler);
      await home.house.fault('grid-meter', { kind: 'silence' });
      await reach('the safe posture', home, isSafe);
      await home.house.clearFaults();
      await until('the fault is named', async () =>
        faultCodes(await home.gateway.status()).includes('store-failed'),
      );
      const untilMs = performance.now() + LOOK_FOR_MS;
      while (performance.now() < untilMs) {
        expect(drawnA(await home.house.truth())).toBe(0);
        await sleep(100);
      }
      writeFileSync(filler, '');
      await reach('the car charges again', home, (truth) => drawnA(truth) > 10);
      expect(faultCodes(await home.gateway.status())).not.toContain('store-failed');
    },
    120_000,
  );
});

function fillDisk(folder: string, filler: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  expect(statfsSync(folder).bavail).toBe(0);
}

describe('a gateway that starts degraded', () => {
  it('no serial port: it runs, names the devices that it cannot reach, and holds the rest in the safe posture', async () => {
    const home = await openHome('no-port');
    await reach('the car charges by itself', home, (truth) => drawnA(truth) > 10);
    home.writePlan({
      ...home.plan,
      lines: home.plan.lines.map((line) => ({ ...line, path: join(home.folder, 'no-such-port') })),
    });
    await home.gateway.start();
    const status = await staysSafe(home);
    const neverRead = status.devices.filter(({ lastReadMs }) => lastReadMs === undefined);
    expect(neverRead.map(({ deviceId }) => deviceId)).toEqual(['grid-meter', 'immersion-meter', 'relay']);
    expect(status.sentence).toMatch(/grid/);
    expect(home.gateway.process.log()).toContain('no-such-port');
    expect(await home.gateway.stop()).toEqual({ code: 0, signal: null });
  }, 90_000);

  it('no broker: the home is held as ever and the outbox keeps what is to be sent', async () => {
    const home = await openHome('no-broker', { broker: { url: 'mqtt://127.0.0.1:9' } });
    await home.gateway.start();
    await reach('the car charges', home, (truth) => drawnA(truth) > 10);
    const status = await home.gateway.status();
    expect(status?.posture).toBe('normal');
    expect(status?.sync.isConnected).toBe(false);
    expect(status?.sync.outboxDepth).toBeGreaterThan(0);
  }, 90_000);
});
