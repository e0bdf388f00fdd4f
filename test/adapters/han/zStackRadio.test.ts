import { afterEach, describe, expect, it } from 'vitest';
import { openHanHome } from '../../../firmware-sim/han/hanHomeOnPty.ts';
import { DRLC_CLUSTER } from '../../../src/adapters/han/drlcMessages.ts';
import type { HanMessage } from '../../../src/adapters/han/hanRadio.ts';
import { decodeZcl, encodeZcl } from '../../../src/adapters/han/zclMessages.ts';
import { openZStackRadio } from '../../../src/adapters/han/zStackRadio.ts';
import { until } from '../../support/processes/waiting.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { WallClock } from '../../support/wallClock.ts';
import { ADDRESS, fixedEntropy, SteppedHan, switchDevice } from './steppedHan.ts';

const READ_CLASS = encodeZcl(
  { transaction: 77, isFromServer: true, wantsNoDefaultResponse: false },
  { kind: 'readAttributes', attributes: [3] },
);
const MESSAGE: HanMessage = { address: ADDRESS, endpoint: 9, cluster: DRLC_CLUSTER, payload: READ_CLASS };

const KEY_ITEM = 0x62;
const CALLBACK_ITEM = 0x8f;
const SETTLED: readonly (readonly [number, Buffer])[] = [
  [CALLBACK_ITEM, Buffer.from([1])],
  [0x03, Buffer.from([0])],
  [0x87, Buffer.from([0])],
  [0x55, Buffer.from([1])],
];

const atEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

describe('a stick from the shop', () => {
  it('becomes a coordinator with a network of its own, with a key drawn here', async () => {
    const han = new SteppedHan();
    expect(han.radio.state()).toBe('connecting');
    await han.untilReady();
    expect(han.radio.state()).toBe('ready');
    expect(han.radio.whyNotReady()).toBe('');
    expect(han.home.stick.formations).toBe(1);
    expect(han.home.stick.memoryAt(KEY_ITEM)).toEqual(Buffer.alloc(16, 7));
    expect(han.home.stick.memoryAt(CALLBACK_ITEM)).toEqual(Buffer.from([1]));
    expect(han.home.stick.requiresKeyExchange).toBe(false);
    // Once for a clean start, once for the settings to count.
    expect(han.home.stick.resets).toBe(2);
  });

  it('has its key in no line of the log', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    expect(JSON.stringify(han.log.lines)).not.toMatch(/0707|7,7,7/);
  });
});

describe('a stick with a network', () => {
  it('keeps it: nothing is formed and nothing is written', async () => {
    const key = Buffer.from('0123456789abcdef');
    const han = new SteppedHan({ stick: { memory: [...SETTLED, [KEY_ITEM, key]] } });
    await han.untilReady();
    expect(han.radio.state()).toBe('ready');
    expect(han.home.stick.formations).toBe(0);
    expect(han.home.stick.resets).toBe(1);
    expect(han.home.stick.memoryAt(KEY_ITEM)).toEqual(key);
  });

  it('that does not say whether it has one is not given another', async () => {
    const han = new SteppedHan({ stick: { memory: [...SETTLED, [0x55, Buffer.alloc(0)]] } });
    await han.run(5_000);
    expect(han.radio.whyNotReady()).toContain('does not say whether it has a network');
    expect(han.home.stick.formations).toBe(0);
  });

  it('that would clear it at the next reset is set to keep it', async () => {
    const han = new SteppedHan({ stick: { memory: [...SETTLED, [0x03, Buffer.from([2])]] } });
    await han.untilReady();
    expect(han.home.stick.memoryAt(0x03)).toEqual(Buffer.from([0]));
  });

  it('is brought up again after it has restarted by itself', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED } });
    await han.untilReady();
    han.home.stick.reboot();
    await han.run(400);
    expect(han.radio.state()).toBe('connecting');
    expect(han.radio.whyNotReady()).toContain('restarted by itself');
    await han.run(4_000);
    expect(han.radio.state()).toBe('ready');
    expect(han.radio.statistics().reconnects).toBe(1);
  });

  it('that hangs is noticed by its missing answer and tried again, ever more slowly', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED } });
    await han.untilReady();
    han.home.stick.isHung = true;
    const sending = han.radio.send(MESSAGE);
    expect(await han.outcome(sending)).toMatchObject({ ok: false, fault: 'device-offline' });
    await han.run(60_000);
    expect(han.radio.state()).toBe('connecting');
    han.home.stick.isHung = false;
    await han.run(60_000);
    expect(han.radio.state()).toBe('ready');
  });

  it('that hangs while nobody speaks with it is noticed all the same', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED } });
    han.isGatewayAlive = false;
    await han.untilReady();
    han.home.stick.isHung = true;
    await han.run(14_000);
    expect(han.radio.state()).toBe('connecting');
    expect(han.radio.whyNotReady()).toContain('gave no answer');
  });

  it('speaks through garbage between its frames', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED } });
    han.home.stick.garbage = Buffer.from([0x00, 0xff, 0x13]);
    await han.untilReady();
    expect(han.radio.state()).toBe('ready');
    expect(han.radio.statistics().strayOctets).toBeGreaterThan(20);
    expect(await han.outcome(han.radio.send(MESSAGE))).toEqual({ ok: true });
  });

  it('speaks through false starts of frames', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED } });
    han.home.stick.garbage = Buffer.from([0xfe, 0x09]);
    await han.untilReady();
    expect(han.radio.state()).toBe('ready');
    expect(han.radio.statistics().badFrames).toBeGreaterThan(3);
  });

  it('with firmware of before Zigbee 3.0 is refused with a sentence', async () => {
    const han = new SteppedHan({ stick: { memory: SETTLED, product: 0 } });
    await han.run(5_000);
    expect(han.radio.state()).toBe('connecting');
    expect(han.radio.whyNotReady()).toContain('expected Z-Stack 3');
  });
});

describe('a message', () => {
  it('is delivered when the device itself has acknowledged it', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    const heard: HanMessage[] = [];
    han.radio.onMessage((message) => heard.push(message));
    expect(await han.outcome(han.radio.send(MESSAGE))).toEqual({ ok: true });
    await han.run(100);
    expect(heard[0]).toMatchObject({ address: ADDRESS, endpoint: 9, cluster: DRLC_CLUSTER });
    const decoded = decodeZcl(heard[0]?.payload ?? new Uint8Array());
    expect(decoded).toMatchObject({
      ok: true,
      value: { transaction: 77, body: { values: new Map([[3, 4]]) } },
    });
  });

  it('to a device out of reach is a time-out of the device', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    const [device] = han.home.air;
    if (device === undefined) throw new Error('no device');
    await han.outcome(han.radio.send(MESSAGE));
    device.isInReach = false;
    const sent = await han.outcome(han.radio.send(MESSAGE));
    expect(sent).toMatchObject({ ok: false, fault: 'device-timeout' });
    expect(sent.ok ? '' : sent.detail).toContain('no acknowledgement from the next hop (0xe9)');
  });

  it('to an address that nobody has is a time-out with a sentence', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    const sent = await han.outcome(han.radio.send({ ...MESSAGE, address: '00124b00deadbeef' }));
    expect(sent).toMatchObject({
      ok: false,
      fault: 'device-timeout',
      detail: expect.stringContaining('no device'),
    });
  });

  it.each([
    ['an address that is none', { address: 'switch' }],
    ['a payload that does not fit', { payload: new Uint8Array(100) }],
  ])('with %s is refused', async (_what, wrong) => {
    const han = new SteppedHan();
    await han.untilReady();
    expect(await han.radio.send({ ...MESSAGE, ...wrong })).toMatchObject({
      ok: false,
      fault: 'write-refused',
    });
  });

  it('before the radio is ready, and after it was closed, is refused at once', async () => {
    const han = new SteppedHan();
    expect(await han.radio.send(MESSAGE)).toMatchObject({ ok: false, fault: 'device-offline' });
    await han.untilReady();
    await han.radio.close();
    expect(han.radio.state()).toBe('closed');
    expect(await han.radio.send(MESSAGE)).toMatchObject({
      fault: 'device-offline',
      detail: 'stepped: the radio was closed',
    });
  });

  it('under way when the stick is pulled ends at once', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    await han.outcome(han.radio.send(MESSAGE));
    const sending = han.radio.send(MESSAGE);
    await han.clock.advance(0);
    han.unplug();
    expect(await sending).toMatchObject({ ok: false, fault: 'device-offline' });
  });

  it('of a device that was not known yet is delivered under its 64-bit address', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    await han.restartGateway();
    han.isGatewayAlive = false;
    await han.untilReady();
    const heard: HanMessage[] = [];
    han.radio.onMessage((message) => heard.push(message));
    const [device] = han.home.air;
    if (device === undefined) throw new Error('no device');
    han.home.stick.hearFromAir(device, 9, DRLC_CLUSTER, Buffer.from([1, 2, 3]));
    await han.run(200);
    expect(heard.map(({ address }) => address)).toEqual([ADDRESS]);
  });
});

describe('joining', () => {
  it('works only while the network was opened for it', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    const [known] = han.home.air;
    if (known === undefined) throw new Error('no device');
    const joiner = { ...known, ieee: Buffer.from('00124b0002222222', 'hex'), shortAddress: 0x2222 };
    expect(han.home.stick.join(joiner)).toBe(false);
    expect(await han.outcome(han.radio.permitJoin(60))).toEqual({ ok: true });
    expect(han.home.stick.join(joiner)).toBe(true);
    await han.run(100);
    expect(await han.outcome(han.radio.send({ ...MESSAGE, address: '00124b0002222222' }))).toEqual({
      ok: true,
    });
    expect(await han.outcome(han.radio.permitJoin(0))).toEqual({ ok: true });
    expect(han.home.stick.join({ ...joiner, shortAddress: 0x3333 })).toBe(false);
  });

  it('for longer than a stick can keep it open is refused', async () => {
    const han = new SteppedHan();
    await han.untilReady();
    expect(await han.radio.permitJoin(255)).toMatchObject({ ok: false, fault: 'write-refused' });
  });
});

describe('on a real terminal', () => {
  it('a radio comes up, speaks with the switch, and notices that the stick is gone', async () => {
    const first = openHanHome({ devices: [switchDevice()], memory: SETTLED });
    const log = new RecordingLog();
    const radio = openZStackRadio({ path: first.path, clock: new WallClock(), log, entropy: fixedEntropy });
    atEnd.push(() => radio.close());
    await until('the radio is ready', () => radio.state() === 'ready');
    expect(await radio.send(MESSAGE)).toEqual({ ok: true });
    first.close();
    expect(await radio.send(MESSAGE)).toMatchObject({ ok: false, fault: 'device-offline' });
    expect(radio.state()).toBe('connecting');
  });

  it.each([
    ['a port that is not there', '/dev/loadgate-no-such-port', 'there is no such port'],
    ['a file', '/etc/hostname', 'not a serial port'],
  ])('%s is said in a sentence', async (_what, path, sentence) => {
    const radio = openZStackRadio({
      path,
      clock: new WallClock(),
      log: new RecordingLog(),
      entropy: fixedEntropy,
    });
    atEnd.push(() => radio.close());
    await until('the reason is known', () => radio.whyNotReady().includes(sentence));
  });

  it('a port that another radio has open is said to be in use', async () => {
    const wire = openHanHome({ devices: [], memory: SETTLED });
    atEnd.push(() => wire.close());
    const parts = { path: wire.path, clock: new WallClock(), log: new RecordingLog(), entropy: fixedEntropy };
    const first = openZStackRadio(parts);
    atEnd.push(() => first.close());
    await until('the first is ready', () => first.state() === 'ready');
    const second = openZStackRadio(parts);
    atEnd.push(() => second.close());
    await until('the reason is known', () => second.whyNotReady().includes('another program'));
  });
});
