import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from '../../../src/adapters/modbus/crc16.ts';
import { expectReply } from '../../../src/adapters/modbus/expectedReply.ts';
import { encodePdu } from '../../../src/adapters/modbus/pdu.ts';
import { encodeRtuFrame, RtuGuard } from '../../../src/adapters/modbus/rtuGuard.ts';
import { encodeTcpFrame, TcpGuard } from '../../../src/adapters/modbus/tcpGuard.ts';
import type { ModbusFunction, ModbusRequest } from '../../../src/ports/modbusLine.ts';
import { rtuChecksum, rtuFrame } from '../../support/faultSlave.ts';

const READS: readonly ModbusFunction[] = [1, 2, 3, 4];
const WORD = fc.integer({ min: 0, max: 0xffff });

const anyRequest: fc.Arbitrary<ModbusRequest> = fc
  .record({
    unit: fc.integer({ min: 1, max: 247 }),
    functionCode: fc.constantFrom<ModbusFunction>(1, 2, 3, 4, 5, 6, 15, 16),
    address: fc.integer({ min: 0, max: 0xff00 }),
    count: fc.integer({ min: 1, max: 20 }),
    words: fc.array(WORD, { minLength: 20, maxLength: 20 }),
  })
  .map(({ unit, functionCode, address, count, words }) => {
    const common = { unit, functionCode, address, priority: 'poll', timeoutMs: 100 } as const;
    if (READS.includes(functionCode)) return { ...common, count };
    const length = functionCode <= 6 ? 1 : count;
    const values = words.slice(0, length).map((word) => (functionCode === 15 ? word & 1 : word));
    return { ...common, count: length, values };
  });

const ONE_REGISTER: ModbusRequest = {
  unit: 1,
  functionCode: 3,
  address: 0,
  count: 1,
  priority: 'poll',
  timeoutMs: 1,
};

/** The reply of a healthy device, made from the document and not with the driver's own hands. */
function replyTo(request: ModbusRequest, filling: number): Buffer {
  const { functionCode, count } = request;
  if (!READS.includes(functionCode)) return Buffer.from(encodePdu(request).subarray(0, 5));
  const length = functionCode <= 2 ? Math.ceil(count / 8) : count * 2;
  return Buffer.concat([Buffer.from([functionCode, length]), Buffer.alloc(length, filling)]);
}

/** What a bad line or a bad device makes of a reply. */
type Damage = (frame: Buffer, request: ModbusRequest, reply: Buffer) => Buffer;
const DAMAGES: readonly Damage[] = [
  (frame) => frame.subarray(0, -1),
  (frame) => frame.subarray(1),
  (frame) => Buffer.concat([frame.subarray(0, -1), Buffer.from([frame.readUInt8(frame.length - 1) ^ 1])]),
  (_frame, request, reply) => rtuFrame((request.unit + 1) & 0xff, reply),
  (_frame, request) => rtuFrame((request.unit + 1) & 0xff, Buffer.from([request.functionCode | 0x80, 2])),
  (_frame, request, reply) => rtuFrame(request.unit, Buffer.concat([reply, Buffer.from([0])])),
  (_frame, request, reply) => {
    const other = Buffer.from(reply);
    other.writeUInt8(reply.readUInt8(0) === 3 ? 4 : 3, 0);
    return rtuFrame(request.unit, other);
  },
  (_frame, request, reply) => {
    const other = Buffer.from(reply);
    other.writeUInt8(other.readUInt8(1) ^ 2, 1);
    return rtuFrame(request.unit, other);
  },
];

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...edges, bytes.length].map((edge, index) => bytes.subarray(edges[index - 1] ?? 0, edge));
}

const anyCuts = fc.array(fc.nat(300), { maxLength: 12 });

function isContained(whole: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(whole).includes(Buffer.from(part));
}

describe('the serial guard', () => {
  it('agrees with an independent checksum on any bytes, and with the example of the standard', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => crc16(bytes) === rtuChecksum(bytes)));
    expect(crc16(Uint8Array.of(0x02, 0x07))).toBe(0x1241);
  });

  it('emits only a complete, matching frame, whatever noise, splits and faults come', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 40 }),
            fc.record({ damage: fc.constantFrom(...DAMAGES), filling: fc.nat(255) }),
          ),
          { maxLength: 4 },
        ),
        anyCuts,
        (request, pieces, cuts) => {
          const line = Buffer.concat(
            pieces.map((piece) => {
              if (piece instanceof Uint8Array) return piece;
              const reply = replyTo(request, piece.filling);
              return piece.damage(rtuFrame(request.unit, reply), request, reply);
            }),
          );
          const guard = new RtuGuard();
          guard.expect(expectReply(request, encodePdu(request)));
          for (const chunk of split(line, cuts)) {
            const pdu = guard.feed(chunk);
            if (pdu === undefined) continue;
            // By chance the noise may complete a frame: then it must be a frame of exactly this kind.
            expect(isContained(line, rtuFrame(request.unit, Buffer.from(pdu)))).toBe(true);
            if (pdu[0] === (request.functionCode | 0x80)) expect(pdu.length).toBe(2);
            else expect([...pdu.subarray(0, 2)]).toEqual([...replyTo(request, 0).subarray(0, 2)]);
            if (pdu[0] === request.functionCode) expect(pdu.length).toBe(replyTo(request, 0).length);
            return;
          }
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('finds the reply behind any noise that holds no frame, in any splits, exactly once', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(255),
        anyCuts,
        fc.boolean(),
        (request, noise, filling, cuts, isTwice) => {
          // Noise of one repeated byte that starts no frame; random noise may rightly swallow the head.
          const quiet = noise.map((byte) => byte | 0x60).filter((byte) => byte !== request.unit);
          const reply = replyTo(request, filling);
          const frame = rtuFrame(request.unit, reply);
          const line = Buffer.concat([quiet, frame, ...(isTwice ? [frame] : [])]);
          const guard = new RtuGuard();
          guard.expect(expectReply(request, encodePdu(request)));
          const passed = split(line, cuts).flatMap((chunk) => guard.feed(chunk) ?? []);
          expect(passed.map((pdu) => Buffer.from(pdu).toString('hex'))).toEqual([reply.toString('hex')]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('lets nothing pass when nothing is expected, and forgets what came before a request', () => {
    const guard = new RtuGuard();
    const expected = expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER));
    const frame = rtuFrame(1, replyTo(ONE_REGISTER, 9));
    expect(guard.feed(frame)).toBeUndefined();
    expect(guard.feed(frame.subarray(0, 4))).toBeUndefined();
    expect(guard.expect(expected)).toMatchObject({ strayBytes: 4 });
    expect(guard.feed(frame.subarray(4))).toBeUndefined();
    expect(guard.release()).toMatchObject({ strayBytes: frame.length - 4 });
    expect(guard.feed(frame)).toBeUndefined();
  });

  it('does not find a frame inside the data of another unit', () => {
    const inner = rtuFrame(1, Buffer.from([3, 2, 0xbe, 0xef]));
    const outer = rtuFrame(2, Buffer.concat([Buffer.from([3, inner.length]), inner]));
    const guard = new RtuGuard();
    guard.expect(expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER)));
    expect(guard.feed(outer)).toBeUndefined();
    expect(guard.release()).toMatchObject({ wrongUnit: 1, strayBytes: 0 });
  });

  it.each([
    ['a wrong checksum', rtuFrame(1, Buffer.from([3, 2, 0, 1]), true), { badCrc: 1 }],
    ['another unit', rtuFrame(2, Buffer.from([3, 2, 0, 1])), { wrongUnit: 1 }],
    ['another length', rtuFrame(1, Buffer.from([3, 4, 0, 1, 0, 2])), { lateReplies: 1 }],
    ['half a frame', rtuFrame(1, Buffer.from([3, 2, 0, 1])).subarray(0, 5), { strayBytes: 5 }],
  ])('counts and names %s', (_name, bytes, counted) => {
    const guard = new RtuGuard();
    guard.expect(expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER)));
    expect(guard.feed(bytes)).toBeUndefined();
    const debris = guard.release();
    expect(debris).toMatchObject({ badCrc: 0, wrongUnit: 0, lateReplies: 0, strayBytes: 0, ...counted });
    expect(debris.heard).toBeTypeOf('string');
  });

  it('frames requests as an independent hand does', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const pdu = encodePdu(request);
        expect(Buffer.from(encodeRtuFrame(request.unit, pdu))).toEqual(
          rtuFrame(request.unit, Buffer.from(pdu)),
        );
      }),
    );
  });
});

describe('the TCP guard', () => {
  const TRANSACTION = 77;

  it('passes exactly the reply of the transaction, in any splits', () => {
    fc.assert(
      fc.property(anyRequest, fc.nat(255), anyCuts, (request, filling, cuts) => {
        const reply = replyTo(request, filling);
        const guard = new TcpGuard();
        guard.expect(TRANSACTION, expectReply(request, encodePdu(request)));
        const verdicts = split(encodeTcpFrame(TRANSACTION, request.unit, reply), cuts).map((chunk) =>
          guard.feed(chunk),
        );
        expect(verdicts.slice(0, -1).every(({ kind }) => kind === 'nothing' || kind === 'reply')).toBe(true);
        const replies = verdicts.filter((verdict) => verdict.kind === 'reply');
        expect(replies.map(({ pdu }) => Buffer.from(pdu).toString('hex'))).toEqual([reply.toString('hex')]);
      }),
      { numRuns: 1000 },
    );
  });

  it('never passes a frame that differs in any byte that matters', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.nat(255),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        anyCuts,
        (request, filling, at, change, cuts) => {
          const reply = replyTo(request, filling);
          const frame = Buffer.from(encodeTcpFrame(TRANSACTION, request.unit, reply));
          // Header, function and byte count of a read; header and echo of a write.
          const isRead = READS.includes(request.functionCode);
          const index = at % (isRead ? 9 : frame.length);
          frame.writeUInt8(frame.readUInt8(index) ^ change, index);
          const guard = new TcpGuard();
          guard.expect(TRANSACTION, expectReply(request, encodePdu(request)));
          for (const chunk of split(frame, cuts)) {
            const verdict = guard.feed(chunk);
            if (verdict.kind === 'violation') return;
            expect(verdict.kind).toBe('nothing');
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([0, 2, 255, 0xffff])('sees at once that a length of %i is no Modbus', (length) => {
    const guard = new TcpGuard();
    const header = Buffer.from([0, TRANSACTION, 0, 0, length >> 8, length & 0xff, 1]);
    expect(guard.feed(header)).toEqual({ kind: 'violation', detail: `a length of ${length}` });
  });

  it('ignores the repetition of a reply, before and after the next request', () => {
    const expected = expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER));
    const reply = (transaction: number) => encodeTcpFrame(transaction, 1, replyTo(ONE_REGISTER, transaction));
    const guard = new TcpGuard();
    guard.expect(1, expected);
    expect(guard.feed(Buffer.concat([reply(1), reply(1)]))).toMatchObject({ kind: 'reply' });
    expect(guard.feed(reply(1).subarray(0, 5))).toEqual({ kind: 'nothing' });
    guard.expect(2, expected);
    expect(guard.feed(reply(1).subarray(5))).toEqual({ kind: 'nothing' });
    expect(guard.feed(reply(2))).toEqual({ kind: 'reply', pdu: expect.anything() });
    expect(guard.lateReplies).toBe(2);
    expect(guard.feed(reply(9))).toMatchObject({ kind: 'violation' });
  });

  it('drops a late reply by its transaction, counts it, and passes the one that is waited for', () => {
    const expected = expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER));
    const reply = (transaction: number) => encodeTcpFrame(transaction, 1, replyTo(ONE_REGISTER, transaction));
    const guard = new TcpGuard();
    for (const transaction of [1, 2, 3]) {
      guard.expect(transaction, expected);
      expect(guard.giveUp()).toBe(true);
    }
    guard.expect(4, expected);
    expect(guard.feed(Buffer.concat([reply(2), reply(1)]))).toEqual({ kind: 'nothing' });
    expect(guard.feed(reply(4))).toMatchObject({ kind: 'reply' });
    expect(guard.lateReplies).toBe(2);
  });

  it('forgets transactions in time: their numbers come again after 65536 requests', () => {
    const expected = expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER));
    const guard = new TcpGuard();
    for (let transaction = 1; transaction <= 20; transaction++) {
      guard.expect(transaction, expected);
      guard.giveUp();
    }
    expect(guard.feed(encodeTcpFrame(2, 1, replyTo(ONE_REGISTER, 0)))).toMatchObject({ kind: 'violation' });
    guard.expect(19, expected);
    expect(guard.feed(encodeTcpFrame(19, 1, replyTo(ONE_REGISTER, 7)))).toMatchObject({ kind: 'reply' });
  });

  it('says that half a reply is left when it gives up', () => {
    const guard = new TcpGuard();
    guard.expect(1, expectReply(ONE_REGISTER, encodePdu(ONE_REGISTER)));
    guard.feed(encodeTcpFrame(1, 1, replyTo(ONE_REGISTER, 0)).subarray(0, 8));
    expect(guard.giveUp()).toBe(false);
  });
});
