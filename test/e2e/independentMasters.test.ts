import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { STAND_MODELS, type Stand, standDevice } from '../../firmware-sim/stand.ts';
import type { OnWire } from '../../firmware-sim/standWire.ts';
import { profileOf } from '../devices/wireBench.ts';
import { hasPymodbus, PythonTalk } from '../support/processes/pythonTalk.ts';

const hasMbpoll = spawnSync('mbpoll', ['-V']).error === undefined;
const run = promisify(execFile);
const START_AT_MS = Date.UTC(2026, 5, 1, 12);
const LINE = { baudRate: 19_200, parity: 'none', stopBits: 1 } as const;
const VOLTAGE_V = 231.5;
const SUN_W = 3_210;

/** What a master asks for, in the words of mbpoll, and what a person at the display would read. */
interface Look {
  readonly model: string;
  /** 0 coil, 1 discrete input, 3 input register, 4 holding register; :float and :int take two, :hex is printed so. */
  readonly type: string;
  readonly address: number;
  readonly expected: number;
  /** The least significant word comes first. */
  readonly isLowWordFirst?: boolean;
}

const LOOKS: readonly Look[] = [
  ...['eastron-sdm120', 'eastron-sdm230', 'eastron-sdm72d', 'eastron-sdm630'].map((model) => ({
    model,
    type: '3:float',
    address: 0,
    expected: VOLTAGE_V,
  })),
  ...['carlo-gavazzi-em111', 'carlo-gavazzi-em24', 'carlo-gavazzi-em340'].map((model) => ({
    model,
    type: '3:int',
    address: 0,
    expected: 10 * VOLTAGE_V,
    isLowWordFirst: true,
  })),
  ...['abb-b21', 'abb-b23'].map((model) => ({
    model,
    type: '4:int',
    address: 0x5b00,
    expected: 10 * VOLTAGE_V,
  })),
  { model: 'schneider-iem3155', type: '4:float', address: 3_027, expected: VOLTAGE_V },
  { model: 'inepro-pro1', type: '4:float', address: 0x5000, expected: VOLTAGE_V },
  // The mark of a SunSpec chain: "SunS".
  ...[
    'sunspec-meter',
    'sunspec-meter-float',
    'solaredge-meter',
    'fronius-smart-meter',
    'sunspec-inverter',
    'sunspec-inverter-float',
    'sunspec-inverter-704',
    'solaredge-inverter',
    'fronius-inverter',
  ].map((model) => ({ model, type: '4:int', address: 40_000, expected: 0x53756e53 })),
  { model: 'sma-inverter', type: '4:int', address: 30_775, expected: SUN_W },
  { model: 'waveshare-relay-8', type: '0', address: 1, expected: 1 },
  { model: 'isma-6ro', type: '0', address: 817, expected: 1 },
  { model: 'wiren-board-mr6c', type: '0', address: 1, expected: 1 },
  { model: 'shelly-pro-3em', type: '0', address: 100, expected: 1 },
  { model: 'waveshare-io-8', type: '1', address: 2, expected: 1 },
  ...['keba-p30', 'keba-p40'].map((model) => ({ model, type: '4:int', address: 1_110, expected: 32_000 })),
  { model: 'alfen-eve', type: '4:float', address: 1_212, expected: 6 },
  { model: 'abb-terra-ac', type: '4:int', address: 0x4006, expected: 32_000 },
  { model: 'heidelberg-energy-control', type: '3', address: 100, expected: 16 },
  { model: 'amperfied-connect', type: '3', address: 100, expected: 16 },
  { model: 'go-e-charger', type: '4', address: 299, expected: 32 },
  { model: 'victron-evcs', type: '4', address: 5_017, expected: 32 },
  { model: 'phoenix-charx', type: '4', address: 1_120, expected: 5 },
  { model: 'vestel-evc04', type: '3', address: 1_104, expected: 32 },
  { model: 'webasto-next', type: '4', address: 1_104, expected: 32 },
  { model: 'mennekes-compact', type: '4:float', address: 1_286, expected: VOLTAGE_V },
  { model: 'wallbox-quasar', type: '4', address: 514, expected: 7_400 },
];

async function placed({ model, type, address }: Look): Promise<{ stand: Stand; wire: OnWire }> {
  const stand = standDevice(model, { startAtMs: START_AT_MS });
  for (const phase of [0, 1, 2]) stand.setPhase(phase, { voltageV: VOLTAGE_V });
  stand.setSun(SUN_W);
  const input = stand.inputs[2];
  if (input !== undefined) input.isActive = true;
  stand.advanceTo(START_AT_MS + 5_000);
  if (type === '0') stand.respond(Buffer.from([5, address >> 8, address & 0xff, 0xff, 0]));
  const isTcp = profileOf(model).data.link.transport === 'tcp';
  const wire = await stand.putOnWire(isTcp ? { wire: 'tcp' } : { wire: 'pty', line: LINE });
  onTestFinished(() => wire.close());
  return { stand, wire };
}

async function mbpoll({ endpoint }: OnWire, { type, address, isLowWordFirst }: Look): Promise<number> {
  const place =
    endpoint.kind === 'tcp'
      ? ['-m', 'tcp', '-p', String(endpoint.port)]
      : ['-m', 'rtu', '-b', String(LINE.baudRate), '-P', LINE.parity];
  const look = ['-q', '-0', '-1', '-o', '2', '-r', String(address), '-t', type];
  const order = type.includes(':') && isLowWordFirst !== true ? ['-B'] : [];
  const where = endpoint.kind === 'tcp' ? endpoint.host : endpoint.path;
  const { stdout } = await run('mbpoll', [...place, '-a', String(endpoint.unit), ...look, ...order, where], {
    timeout: 20_000,
  });
  return Number(/^\[\d+\]:\s+(\S+)/m.exec(stdout)?.[1]);
}

describe('every simulated model is read by independent masters', () => {
  it('of which the table below forgets none', () => {
    expect(LOOKS.map(({ model }) => model).toSorted()).toEqual(STAND_MODELS.toSorted());
  });

  it.skipIf(!hasMbpoll).each(LOOKS)('$model by mbpoll: $type at $address is $expected', async (look) => {
    const { wire } = await placed(look);
    expect(await mbpoll(wire, look)).toBeCloseTo(look.expected, 3);
  });

  describe.skipIf(!hasPymodbus)('pymodbus', () => {
    let master: PythonTalk;

    beforeAll(() => {
      master = new PythonTalk('registerReader.py');
    });

    afterAll(() => master.close());

    it.each(LOOKS)('$model by pymodbus: the words at $address as the device has them', async (look) => {
      const { stand, wire } = await placed(look);
      const functionCode = look.type === '0' ? 1 : look.type === '1' ? 2 : Number(look.type[0]) === 3 ? 4 : 3;
      const count = look.type.includes(':') ? 2 : 1;
      const { endpoint } = wire;
      const question = { ...endpoint, function: functionCode, address: look.address, count };
      const { words } = (await master.ask(question)) as { words: number[] };
      const pdu = Buffer.from([functionCode, look.address >> 8, look.address & 0xff, 0, count]);
      const own = stand.respond(pdu);
      expect(words).toEqual(
        functionCode <= 2
          ? [own?.[2]]
          : Array.from({ length: count }, (_, index) => own?.readUInt16BE(2 + index * 2)),
      );
    });
  });
});
