import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMtFrame, type MtFrame, MtFrameReader } from '../../../src/adapters/han/mtFrame.ts';

const frames = fc.record({
  kind: fc.integer({ min: 0, max: 7 }),
  subsystem: fc.integer({ min: 0, max: 31 }),
  command: fc.integer({ min: 0, max: 255 }),
  data: fc.uint8Array({ maxLength: 250 }),
});

/** In pieces, as a serial port hands octets over. */
function feed(reader: MtFrameReader, bytes: Uint8Array, pieces: readonly number[]): readonly MtFrame[] {
  const found: MtFrame[] = [];
  let at = 0;
  for (const size of pieces) {
    found.push(...reader.receive(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...found, ...reader.receive(bytes.subarray(at))];
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });

it('a frame is 0xFE, length, two octets of command, data and their exclusive or', () => {
  const frame = { kind: 1, subsystem: 1, command: 2, data: new Uint8Array() };
  expect([...encodeMtFrame(frame)]).toEqual([0xfe, 0x00, 0x21, 0x02, 0x23]);
  expect(() => encodeMtFrame({ ...frame, data: new Uint8Array(251) })).toThrow(/at most 250/);
});

it('frames come out as they went in, in pieces of any size', () => {
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 5 }), pieces, (sent, sizes) => {
      const bytes = Uint8Array.from(sent.flatMap((frame) => [...encodeMtFrame(frame)]));
      expect(feed(new MtFrameReader(), bytes, sizes)).toEqual(sent);
    }),
  );
});

it('garbage before and between frames costs no frame, once the line falls silent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 30 }), frames), { maxLength: 5 }),
      pieces,
      (sent, sizes) => {
        const bytes = Uint8Array.from(
          sent.flatMap(([garbage, frame]) => [...garbage, ...encodeMtFrame(frame)]),
        );
        const reader = new MtFrameReader();
        const found = [...feed(reader, bytes, sizes), ...reader.giveUpHeld()];
        // Garbage may happen to be a frame of its own, and then swallow a beginning; it is otherwise lost without harm.
        fc.pre(found.length <= sent.length);
        if (found.length === sent.length) expect(found).toEqual(sent.map(([, frame]) => frame));
        else expect(reader.badFrames + reader.strayOctets).toBeGreaterThan(0);
      },
    ),
  );
});

it('garbage without a start of frame is counted and costs nothing', () => {
  const reader = new MtFrameReader();
  const frame = { kind: 3, subsystem: 4, command: 1, data: Uint8Array.from([0]) };
  expect(reader.receive(Uint8Array.from([1, 2, 3, ...encodeMtFrame(frame), 9]))).toEqual([frame]);
  expect(reader.strayOctets).toBe(4);
});

it('a frame with a wrong check is thrown away, and a good one inside of a false start is found', () => {
  const good = { kind: 2, subsystem: 5, command: 0xc0, data: Uint8Array.from([9]) };
  const reader = new MtFrameReader();
  const damaged = encodeMtFrame({ ...good, data: Uint8Array.from([8]) });
  damaged[4] = 7;
  expect(reader.receive(damaged)).toEqual([]);
  expect(reader.badFrames).toBe(1);
  // 0xFE 0x20: a false start that asks for 32 more octets.
  expect(reader.receive(Uint8Array.from([0xfe, 0x20, ...encodeMtFrame(good)]))).toEqual([]);
  expect(reader.heldOctets).toBeGreaterThan(0);
  expect(reader.giveUpHeld()).toEqual([good]);
  expect(reader.heldOctets).toBe(0);
});

it('never keeps more than one frame can be, whatever comes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (heaps) => {
      const reader = new MtFrameReader();
      for (const heap of heaps) reader.receive(heap);
      expect(reader.heldOctets).toBeLessThan(255);
    }),
  );
});
