import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALL, CONTROLS, InboxDesk, VALID } from './inboxDesk.ts';

const instants = fc
  .date({ min: new Date('2025-12-30'), max: new Date('2026-01-08'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** The right fields with values on both sides of what is allowed. */
const likelyChange = fc.record(
  {
    ceiling: fc.double(),
    startsAt: instants,
    durationSeconds: fc.integer({ min: -1, max: 100_000 }),
    intervals: fc.array(
      fc.record({
        startsAt: instants,
        durationSeconds: fc.integer({ min: -1, max: 100_000 }),
        ceiling: fc.double(),
      }),
      { maxLength: 4 },
    ),
    circuit: fc.constantFrom('cutOut', 'attic', ''),
    sentAt: instants,
    sequence: fc.integer({ min: -1, max: 9 }),
  },
  { requiredKeys: [] },
);

const anyChange = fc.dictionary(
  fc.constantFrom('schema', 'id', 'ceiling', 'startsAt', 'intervals', 'sentAt', 'reason', 'randomisedBy'),
  fc.jsonValue(),
  { maxKeys: 2 },
);

let desk: InboxDesk;

beforeEach(() => {
  desk = new InboxDesk();
});

describe('inbox, whatever comes', () => {
  it('never obeys and never throws on what is not a command', async () => {
    desk.open();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        fc.constantFrom(...ALL),
        async (bytes, topic) => {
          await desk.receiveBytes(bytes, topic);
          expect(desk.hasObeyedNothing()).toBe(true);
        },
      ),
    );
  });

  it('never throws on a command with any values in it, and never hands on a limit that is none', async () => {
    desk.open();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...VALID.keys()),
        fc.oneof({ weight: 3, arbitrary: likelyChange }, { weight: 1, arbitrary: anyChange }),
        async (index, change) => {
          count += 1;
          await desk.receive({ ...VALID[index], id: `any-${count}`, ...change }, CONTROLS[index]);
          for (const limit of desk.obeyed.at(-1)?.limits ?? []) {
            expect(limit.ceiling).toBeGreaterThanOrEqual(0);
            expect(limit.validFromMs).toBeGreaterThanOrEqual(desk.clock.runningMs());
            expect(limit.validUntilMs).toBeGreaterThan(limit.validFromMs);
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(desk.obeyed.length).toBeGreaterThan(50);
  });
});
