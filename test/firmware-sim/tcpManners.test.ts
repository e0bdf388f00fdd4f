import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceInPlace } from '../../firmware-sim/deviceInPlace.ts';
import { ScaledTime } from '../../firmware-sim/scaledTime.ts';
import { standDevice } from '../../firmware-sim/stand.ts';
import { ModbusTcpServer } from '../../firmware-sim/wires/modbusTcp.ts';

const SPEED = 50;
const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(model: string): Promise<number> {
  const { firmware } = standDevice(model, { startAtMs: 0, phases: 1 });
  const device = new DeviceInPlace({ deviceId: model, wire: 'tcp', firmware, advanceTo: (nowMs) => nowMs });
  const time = new ScaledTime(0, SPEED);
  const server = new ModbusTcpServer(device, time);
  closers.push(
    () => time.stop(),
    () => server.close(),
  );
  return server.listen(0);
}

function openClient(port: number): Socket {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  closers.push(() => void client.destroy());
  return client;
}

/** The answer as hex, or 'closed' when the device hangs up. */
function exchange(client: Socket, requestHex: string): Promise<string> {
  return new Promise((resolve) => {
    client.once('data', (bytes) => resolve(bytes.toString('hex')));
    client.once('close', () => resolve('closed'));
    if (client.destroyed) resolve('closed');
    client.write(Buffer.from(requestHex.replaceAll(' ', ''), 'hex'));
  });
}

function waitMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

describe('the manners of a charge point on TCP', () => {
  it('a Vestel has one client, and turns away who comes back before its fail-safe time has passed', async () => {
    const port = await serve('vestel-evc04');
    const ask = (client: Socket) => exchange(client, '0001 0000 0006 ff 04 0194 0001');
    const first = openClient(port);
    expect(await ask(first)).toBe('000100000005ff04020000');
    expect(await ask(openClient(port))).toBe('closed');
    expect(await ask(first)).toBe('000100000005ff04020000');
    first.destroy();
    await waitMs(20);
    expect(await ask(openClient(port))).toBe('closed');
    await waitMs(20_000 / SPEED);
    expect(await ask(openClient(port))).toBe('000100000005ff04020000');
  });

  it('an Alfen has two clients, and closes a connection without traffic after 60 s', async () => {
    const port = await serve('alfen-eve');
    const ask = (client: Socket) => exchange(client, '0001 0000 0006 01 03 04b0 0001');
    const clients = [openClient(port), openClient(port)];
    for (const client of clients) expect(await ask(client)).toBe('0001000000050103020001');
    expect(await ask(openClient(port))).toBe('closed');
    await waitMs(60_000 / SPEED + 50);
    expect(await Promise.all(clients.map(ask))).toEqual(['closed', 'closed']);
    expect(await ask(openClient(port))).toBe('0001000000050103020001');
  });

  it('an Alfen answers under each of its units, and under no other', async () => {
    const client = openClient(await serve('alfen-eve'));
    expect(await exchange(client, '0007 0000 0006 c8 03 0451 0001')).toBe('000700000005c803020001');
    const answers: string[] = [];
    client.on('data', (bytes) => answers.push(bytes.toString('hex')));
    client.write(Buffer.from('000800000006020304510001000900000006010304b00001', 'hex'));
    await waitMs(50);
    expect(answers).toEqual(['0009000000050103020001']);
  });
});
