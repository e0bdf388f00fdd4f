import { createConnection, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { CHARGE_POINTS } from '../../firmware-sim/devices/chargePoints/catalogue.ts';
import { INVERTERS } from '../../firmware-sim/devices/inverters/catalogue.ts';
import { METERS } from '../../firmware-sim/devices/meters/catalogue.ts';
import { RELAYS } from '../../firmware-sim/devices/relays/catalogue.ts';
import { ImageDevice, readRecordedImage } from '../../firmware-sim/registerImage.ts';
import { STAND_MODELS, standDevice } from '../../firmware-sim/stand.ts';
import { type OnWire, putStillDeviceOnWire } from '../../firmware-sim/standWire.ts';
import { withCrc } from '../../firmware-sim/wires/crc.ts';
import { standBench } from './bench.ts';

const POINTS =
  /^(phase(VoltageV|CurrentA|PowerW)\.L[123]|totalPowerW|frequencyHz|(import|export|total)EnergyWh|setpointA|maximumCurrentA|ratedPowerW|powerLimitW|stateOfChargePercent|relayClosed\.[1-8]|inputActive\.[1-8]|carConnected|onePhase|chargingState)$/;

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const wire of opened.splice(0).reverse()) await wire.close();
});

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

/** One request, and as many bytes of the answer as there should be. */
function exchange(wire: Socket | SerialPort, request: Buffer, length: number): Promise<string> {
  return new Promise((resolve) => {
    let heard: Buffer = Buffer.alloc(0);
    wire.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length >= length) resolve(heard.toString('hex'));
    });
    wire.write(request);
  });
}

function connect({ endpoint }: OnWire): Promise<Socket> {
  if (endpoint.kind !== 'tcp') throw new Error('expected a TCP endpoint');
  return new Promise((resolve, reject) => {
    const client = createConnection(endpoint.port, endpoint.host, () => resolve(client));
    client.on('error', reject);
    opened.push({ close: () => client.destroy() });
  });
}

describe('the bench', () => {
  it.each(STAND_MODELS)(
    '%s stands on it, under its own unit or another, and knows its truth by point names',
    (model) => {
      const entry = { ...METERS, ...INVERTERS, ...RELAYS, ...CHARGE_POINTS }[model];
      const stand = standDevice(model, { startAtMs: 0 });
      expect(stand.firmware.unit).toBe(entry?.defaultUnit);
      expect(standDevice(model, { startAtMs: 0, unit: 77 }).firmware.unit).toBe(77);
      stand.setSun(1_000);
      stand.advanceTo(2_000);
      const names = Object.keys(stand.truth());
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !POINTS.test(name))).toEqual([]);
    },
  );

  it('says which models there are when it does not know one', () => {
    expect(() => standDevice('sdm-999', { startAtMs: 0 })).toThrow(
      /expected one of eastron-sdm120.*found "sdm-999"/,
    );
  });

  it('tells what a meter should report: signed powers, magnitudes of current, energies as they were set', () => {
    const { stand, pass } = standBench('abb-b23');
    stand.setPhase(0, { voltageV: 200, powerW: -1_200, reactiveVar: 1_600, importWh: 5, exportWh: 7 });
    stand.setPhase(1, { powerW: 460, importWh: 11 });
    pass(3_600_000);
    expect(stand.truth()).toMatchObject({
      'phaseVoltageV.L1': 200,
      'phasePowerW.L1': -1_200,
      'phaseCurrentA.L1': 10,
      'phaseCurrentA.L2': 2,
      totalPowerW: -740,
      importEnergyWh: 16,
      exportEnergyWh: 7,
    });
  });

  it('gives currents the sign of the power where the meter does', () => {
    const { stand } = standBench('carlo-gavazzi-em340');
    stand.setPhase(2, { powerW: -2_300 });
    expect(stand.truth()['phaseCurrentA.L3']).toBe(-10);
  });

  it('lets an inverter give what the sun offers, up to its rating and its limit', () => {
    const { ask, pass, stand } = standBench('sma-inverter', { phases: 1 });
    stand.setSun(9_000);
    pass(2_000);
    expect(stand.truth()).toMatchObject({ 'phasePowerW.L1': -5_000, ratedPowerW: 5_000, powerLimitW: 5_000 });
    ask('06 9c57 07d0');
    pass(1_000);
    expect(stand.truth()).toMatchObject({ totalPowerW: -1_000, powerLimitW: 1_000 });
  });

  it.each([
    ['sunspec-inverter', 40_084, '8000', undefined],
    ['sunspec-inverter-704', 40_080, '0000', 0],
  ])('knows what %s has to say at night', (model, powerAddress, register, truth) => {
    const { pass, stand, words } = standBench(model);
    stand.setSun(3_000);
    pass(2_000);
    expect(stand.truth().totalPowerW).toBe(-3_000);
    expect(words(powerAddress, 1)).toBe('0bb8');
    stand.setSun(0);
    pass(70_000);
    expect(stand.truth().totalPowerW).toBe(truth);
    expect(words(powerAddress, 1)).toBe(register);
  });

  it('charges a car that is plugged in, and shows its states', () => {
    const { pass, stand } = standBench('keba-p30', { hardwareMaximumA: 16 });
    pass(5_000);
    expect(stand.truth()).toMatchObject({ carConnected: false, chargingState: 'A', maximumCurrentA: 16 });
    stand.socket?.car.plugIn();
    pass(60_000);
    expect(stand.truth()).toMatchObject({ carConnected: true, chargingState: 'C', setpointA: 16 });
    expect(stand.truth()['phaseCurrentA.L2']).toBeCloseTo(16, 6);
    expect(stand.truth().totalEnergyWh).toBeGreaterThan(100);
    stand.respond(bytes('06 138c 0000'));
    pass(30_000);
    expect(stand.truth()).toMatchObject({ chargingState: 'B', setpointA: 0, totalPowerW: 0 });
  });

  it('follows a contact that is stuck, whatever the relay says', () => {
    const { ask, pass, stand } = standBench('isma-6ro');
    stand.contacts[0]?.setStuck(true, 0);
    ask('05 0330 ff00');
    pass(1_000);
    expect(ask('01 0330 0001')).toBe('010101');
    expect(stand.truth()['relayClosed.1']).toBe(false);
  });
});

describe('the bench on a wire', () => {
  it('can be reached over TCP, and moves on with each request', async () => {
    const stand = standDevice('isma-6ro', { startAtMs: 0, unit: 5 });
    const wire = await stand.putOnWire({ wire: 'tcp', speed: 100 });
    opened.push(wire);
    const client = await connect(wire);
    expect(await exchange(client, bytes('0001 0000 0006 05 05 0331 ff00'), 12)).toBe(
      '00010000000605050331ff00',
    );
    const other = await connect(wire);
    expect(await exchange(other, bytes('0002 0000 0006 05 01 0330 0006'), 10)).toBe('00020000000405010102');
    expect(stand.nowMs).toBeGreaterThan(0);
    expect(stand.truth()['relayClosed.2']).toBe(true);
  });

  it('can be reached over a serial line', async () => {
    const stand = standDevice('eastron-sdm120', { startAtMs: 0 });
    stand.setPhase(0, { voltageV: 230.5 });
    stand.advanceTo(1_000);
    const wire = await stand.putOnWire({ wire: 'pty', speed: 4, line: { baudRate: 19_200 } });
    opened.push(wire);
    const { endpoint } = wire;
    if (endpoint.kind !== 'serial') throw new Error('expected a serial endpoint');
    expect(endpoint).toMatchObject({ baudRate: 19_200, parity: 'none', stopBits: 1, unit: 1 });
    const port = new SerialPort({ path: endpoint.path, baudRate: 19_200 });
    opened.push({ close: () => new Promise<void>((resolve) => port.close(() => resolve())) });
    await new Promise((resolve) => port.once('open', resolve));
    const reply = await exchange(port, withCrc(bytes('01 04 0000 0002')), 9);
    expect(reply).toBe(withCrc(bytes('01 04 04 43668000')).toString('hex'));
  });

  it('turns a second client away where the device takes only one', async () => {
    const wire = await standDevice('solaredge-inverter', { startAtMs: 0 }).putOnWire({ wire: 'tcp' });
    opened.push(wire);
    const client = await connect(wire);
    expect(await exchange(client, bytes('0001 0000 0006 01 03 9c40 0002'), 13)).toBe(
      '00010000000701030453756e53',
    );
    const { endpoint } = wire;
    if (endpoint.kind !== 'tcp') throw new Error('expected a TCP endpoint');
    const second = createConnection(endpoint.port, endpoint.host);
    second.on('error', () => undefined);
    await new Promise((resolve) => second.once('close', resolve));
    expect(client.destroyed).toBe(false);
  });

  it('serves a recorded image', async () => {
    const wire = await putStillDeviceOnWire(
      new ImageDevice(126, readRecordedImage('sunspec_emulated_der_701-714')),
      { wire: 'tcp' },
    );
    opened.push(wire);
    const reply = await exchange(await connect(wire), bytes('0001 0000 0006 7e 03 9c40 0002'), 13);
    expect(reply).toBe('0001000000077e030453756e53');
  });
});
