import { describe, expect, it } from 'vitest';
import { benchChargePoint, type ChargePointBench } from './chargePointBench.ts';

const READ_ALL = '03 4000 0025';
const setCurrentMa = (valueMa: number) => `10 4100 0002 04 ${valueMa.toString(16).padStart(8, '0')}`;
const stateOf = (bench: ChargePointBench) => bench.data('03 400c 0002').readUInt8(2);

describe('ABB Terra AC', () => {
  it('lets all of its 37 registers be read in one block', () => {
    const bench = benchChargePoint('abb-terra-ac');
    bench.pass(12);
    const block = bench.data(READ_ALL);
    const word = (address: number) => block.readUInt32BE((address - 0x4000) * 2);
    expect(block.length).toBe(74);
    expect(block.subarray(8, 12).toString('hex')).toBe('01021300');
    expect(word(0x4006)).toBe(32_000);
    expect(word(0x400a)).toBe(0x0101);
    expect(word(0x400e)).toBe(32_000);
    expect(word(0x4010)).toBe(32_000);
    expect(word(0x4016)).toBe(2_300);
    expect(word(0x401c)).toBe(Math.round(bench.socket.flow.totalPowerW()));
    expect(word(0x401e)).toBe(Math.round(bench.socket.flow.totalImportWh()));
    expect(block.readUInt16BE(0x40)).toBe(60);
    expect(block.readUInt16BE(0x48)).toBe(0xff);
  });

  it('shows its state in the high byte of the second word', () => {
    const bench = benchChargePoint('abb-terra-ac', { isCarPlugged: false });
    expect(stateOf(bench)).toBe(0);
    bench.socket.car.plugIn();
    expect(stateOf(bench)).toBe(2);
    bench.pass(4);
    expect(stateOf(bench)).toBe(0x84);
    bench.pass(10);
    expect(stateOf(bench)).toBe(4);
    bench.ask(setCurrentMa(0));
    bench.pass(3);
    expect(stateOf(bench)).toBe(3);
  });

  it('pauses below 6000 mA and resumes from 6000 mA on, and shows both limits', () => {
    const bench = benchChargePoint('abb-terra-ac');
    expect(bench.ask(setCurrentMa(5_999))).toBe('1041000002');
    expect(bench.socket.pilotA).toBe(0);
    expect(bench.data('03 4022 0002').readUInt32BE()).toBe(5_999);
    expect(bench.data('03 400e 0002').readUInt32BE()).toBe(0);
    bench.ask(setCurrentMa(6_000));
    expect(bench.socket.pilotA).toBe(6);
    expect(bench.firmware.setpointWrites).toBe(2);
  });

  it('falls to its fallback limit after its time-out, and any read brings the limit back', () => {
    const bench = benchChargePoint('abb-terra-ac');
    bench.ask('06 4106 001e');
    bench.ask('06 4109 0008');
    bench.ask(setCurrentMa(20_000));
    bench.pass(29.75);
    expect(bench.socket.pilotA).toBe(20);
    bench.pass(0.25);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([8, true]);
    expect(bench.data('03 4024 0001').readUInt16BE()).toBe(8);
    expect(bench.socket.pilotA).toBe(20);
  });

  it('goes to error and ends the session where no fallback limit is set', () => {
    const bench = benchChargePoint('abb-terra-ac');
    bench.pass(60);
    expect([bench.socket.pilotA, bench.firmware.isFailSafe]).toEqual([0, true]);
    bench.ask(setCurrentMa(16_000));
    expect(bench.socket.pilotA).toBe(0);
    expect(stateOf(bench)).toBe(1);
    bench.ask('06 4105 0000');
    expect(bench.socket.pilotA).toBe(16);
  });

  it('stops with 1 and starts with 0', () => {
    const bench = benchChargePoint('abb-terra-ac');
    bench.ask('06 4105 0001');
    expect(bench.socket.pilotA).toBe(0);
    bench.ask('06 4105 0000');
    expect(bench.socket.pilotA).toBe(32);
  });

  it('has 256 in its fallback limit after its supply was gone', () => {
    const bench = benchChargePoint('abb-terra-ac');
    bench.ask('06 4109 0008');
    bench.ask('06 4106 012c');
    bench.powerCycle();
    bench.pass(20);
    expect(bench.data('03 4024 0001').readUInt16BE()).toBe(256);
    expect(bench.data('03 4020 0001').readUInt16BE()).toBe(60);
  });

  it('takes writes into its firmware upload, and counts them as harm', () => {
    const bench = benchChargePoint('abb-terra-ac');
    expect(bench.ask('06 410a 0001')).toBe('06410a0001');
    expect(bench.ask('10 4117 0002 04 00010002')).toBe('1041170002');
    expect(bench.firmware.harmfulWrites).toBe(3);
  });

  it.each([
    ['one word of its limit', '06 4100 0000', '8601'],
    ['a limit above its hardware', '10 4100 0002 04 00007d01', '9003'],
    ['a time-out of 9 s', '06 4106 0009', '8603'],
    ['to read what is only written', '03 4100 0002', '8302'],
    ['a read behind its table', '03 4000 0026', '8302'],
    ['a write between its settings', '06 4104 0000', '8602'],
    ['a write behind its firmware upload', '06 4119 0000', '8602'],
    ['FC4', '04 4000 0002', '8401'],
  ])('refuses %s', (_, request, expected) => {
    expect(benchChargePoint('abb-terra-ac').ask(request)).toBe(expected);
  });
});
