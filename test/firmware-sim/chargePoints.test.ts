import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHARGE_POINT_MODELS, CHARGE_POINTS } from '../../firmware-sim/devices/chargePoints/catalogue.ts';
import { benchChargePoint } from './chargePointBench.ts';

describe.each(CHARGE_POINT_MODELS)('the charge point %s', (model) => {
  const { defaultUnit, mostA } = CHARGE_POINTS[model];

  it('stands under its own unit and draws nothing without a car', () => {
    const bench = benchChargePoint(model, { isCarPlugged: false, phases: 3 });
    bench.pass(30);
    expect(bench.firmware.unit).toBe(defaultUnit);
    expect(bench.socket.flow.currentA).toEqual([0, 0, 0]);
    expect([bench.firmware.setpointWrites, bench.firmware.wearWrites, bench.firmware.harmfulWrites]).toEqual([
      0, 0, 0,
    ]);
  });

  it('gives the car nothing while it boots', () => {
    const bench = benchChargePoint(model);
    bench.pass(10);
    bench.powerCycle();
    expect(bench.socket.pilotA).toBe(0);
    bench.pass(bench.firmware.bootMs / 1000 - 0.25);
    expect([bench.socket.pilotA, bench.socket.flow.currentA[0]]).toEqual([0, 0]);
  });

  it('survives whatever it is asked, answers under the function that was asked, and stays within its rating', () => {
    const address = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 1000, max: 1700 }),
      fc.integer({ min: 5000, max: 6000 }),
      fc.integer({ min: 0x4000, max: 0x4120 }),
      fc.integer({ min: 0x0d00, max: 0x0d06 }),
    );
    const pdu = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6), address, fc.integer({ min: 0, max: 0xffff }))
        .map(([functionCode, at, value]) => fixedRequest(functionCode, at, value)),
      fc
        .tuple(fc.constantFrom(3, 4), address, fc.integer({ min: 1, max: 125 }))
        .map(([functionCode, at, count]) => fixedRequest(functionCode, at, count)),
      fc
        .tuple(address, fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 4 }))
        .map(([at, words]) => registersWrite(at, words)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(pdu, fc.integer({ min: 0, max: 30 })), { maxLength: 40 }), (steps) => {
        const bench = benchChargePoint(model, { phases: 3 });
        for (const [request, waitS] of steps) {
          const reply = bench.ask(request.toString('hex'));
          const functionCode = request[0] as number;
          expect([functionCode, functionCode | 0x80]).toContain(Number.parseInt(reply.slice(0, 2), 16));
          bench.pass(waitS);
          expect(Math.abs(bench.socket.pilotA)).toBeLessThanOrEqual(mostA);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function fixedRequest(functionCode: number, address: number, word: number): Buffer {
  const pdu = Buffer.from([functionCode, 0, 0, 0, 0]);
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(word, 3);
  return pdu;
}

function registersWrite(address: number, words: readonly number[]): Buffer {
  const pdu = Buffer.alloc(6 + words.length * 2);
  pdu.writeUInt8(16, 0);
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(words.length, 3);
  pdu.writeUInt8(words.length * 2, 5);
  for (const [index, value] of words.entries()) pdu.writeUInt16BE(value, 6 + index * 2);
  return pdu;
}
