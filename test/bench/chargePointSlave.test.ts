import { connect } from 'node:net';
import modbus from 'jsmodbus';
import { afterEach, expect, it } from 'vitest';
import { ChargePointSlave } from './chargePointSlave.ts';

const opened: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function openBoth() {
  const slave = await ChargePointSlave.start();
  opened.push(() => slave.close());
  const socket = connect({ host: '127.0.0.1', port: slave.port });
  opened.push(() => socket.destroy());
  // Before it is connected: the client takes the connection's event for its own.
  const client = new modbus.client.TCP(socket, 255);
  await new Promise((resolve) => socket.once('connect', resolve));
  const read = async (address: number): Promise<number> => {
    const { response } = await client.readHoldingRegisters(address, 2);
    return Buffer.from(response.body.valuesAsBuffer).readUInt32BE();
  };
  return { slave, client, read };
}

it('a charge point that was just switched on charges with all it may, and reads so', async () => {
  const { slave, read } = await openBoth();
  expect([await read(1000), await read(1100), await read(1008)]).toEqual([3, 32_000, 32_000]);
  expect(slave.isReady).toBe(false);
});

it('the car follows a charging current, and the instant is noted at which one that is low enough comes', async () => {
  const { slave, client, read } = await openBoth();
  const written = slave.writtenAtMost(16_000, 5_000);
  await client.writeSingleRegister(5004, 17_000);
  const beforeMs = performance.now();
  await client.writeSingleRegister(5004, 15_900);
  const atMs = await written;
  expect(atMs).toBeGreaterThan(beforeMs);
  expect(atMs).toBeLessThanOrEqual(performance.now());
  expect([await read(1100), await read(1008)]).toEqual([15_900, 15_900]);
});

it('a charging current that never comes is said so', async () => {
  const { slave } = await openBoth();
  await expect(slave.writtenAtMost(6_000, 20)).rejects.toThrow(/at most 6000 mA was written within 20 ms/);
});

it('it is ready once its fall-back settings were written', async () => {
  const { slave, client, read } = await openBoth();
  await client.writeSingleRegister(5016, 6_000);
  await client.writeSingleRegister(5018, 15);
  expect([await read(1600), await read(1602)]).toEqual([6_000, 15]);
  expect(slave.isReady).toBe(true);
});
