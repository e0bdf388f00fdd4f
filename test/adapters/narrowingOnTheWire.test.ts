import { Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createProfileDevice } from '../../src/adapters/modbus/profileDevice.ts';
import { openTcpLine } from '../../src/adapters/modbus/tcpLine.ts';
import type { CommandEffect } from '../../src/domain/command.ts';
import type { Device } from '../../src/ports/device.ts';
import { ChargePointSlave } from '../bench/chargePointSlave.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { WallClock } from '../support/wallClock.ts';
import { shippedProfile } from './profileDeviceBench.ts';

const UNIT = 255;
const WRITE_REGISTER = 6;

/** A charge point behind a real socket, met and idle. */
async function meetChargePoint(): Promise<Device> {
  const slave = await ChargePointSlave.start();
  const shared = { clock: new WallClock(), log: new RecordingLog() };
  const line = openTcpLine({ host: '127.0.0.1', port: slave.port, ...shared });
  const profile = shippedProfile('keba-p30');
  const device = createProfileDevice({ ...shared, deviceId: 'charger', profile, unit: UNIT, line });
  onTestFinished(async () => {
    await device.close();
    await line.close();
    await slave.close();
  });
  await vi.waitUntil(
    async () => (await device.poll()) !== undefined && device.report().contact === 'answering',
  );
  return device;
}

it.each<CommandEffect>(['narrowing', 'widening'])(
  'a %s command to an idle line is in the hands of the system before apply() returns, so before any record that follows',
  async (effect) => {
    const device = await meetChargePoint();
    const happenings: string[] = [];
    const write = vi.spyOn(Socket.prototype, 'write');
    onTestFinished(() => write.mockRestore());
    write.mockImplementation(function (this: Socket, ...given: unknown[]) {
      const [bytes] = given;
      if (bytes instanceof Uint8Array && bytes[7] === WRITE_REGISTER) happenings.push('on the wire');
      const original = Object.getPrototypeOf(Socket.prototype).write as (...rest: unknown[]) => boolean;
      return original.apply(this, given);
    });
    const applied = device.apply({ kind: 'setChargeCurrent', currentA: 8 }, effect);
    happenings.push('record');
    await expect(applied).resolves.toEqual({ ok: true });
    expect(happenings.slice(0, 2)).toEqual(['on the wire', 'record']);
  },
);
