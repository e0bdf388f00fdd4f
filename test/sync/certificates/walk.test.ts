import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TrialOutcome } from '../../../src/sync/certificates/candidateTrial.ts';
import { DAY_MS, factsOf, GOOD, NEW_PEM, RenewalBench } from './bench.ts';

const OUTCOMES: readonly TrialOutcome[] = [
  { isAccepted: true },
  { isAccepted: false, sentence: 'unknown authority', isAboutIdentity: true },
  { isAccepted: false, sentence: 'cut', isAboutIdentity: false },
];

/** What may happen to a gateway between two looks. */
type Step =
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'kill' | 'repeat' | 'bad' | 'renew' }
  | { readonly kind: 'answer'; readonly days: number }
  | { readonly kind: 'broker'; readonly outcome: number; readonly takesOldOne: boolean }
  | { readonly kind: 'connection' | 'disk'; readonly is: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait'), minutes: fc.integer({ min: 1, max: 600 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('answer'), days: fc.integer({ min: 90, max: 400 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'repeat', 'bad', 'renew') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('broker'),
      outcome: fc.integer({ min: 0, max: OUTCOMES.length - 1 }),
      takesOldOne: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constantFrom('connection', 'disk'), is: fc.boolean() }),
);

async function take(bench: RenewalBench, told: Step): Promise<void> {
  switch (told.kind) {
    case 'wait':
      return await bench.clock.advance(told.minutes * 60_000);
    case 'kill':
      bench.kill();
      bench.begin();
      return;
    case 'renew':
      await bench.renewal.renewNow();
      return;
    case 'answer':
    case 'bad': {
      const made = String(bench.certificates.findings.size + 2).padStart(8, '0');
      const pem = NEW_PEM.replace('AAAA', made);
      const facts = factsOf(made, 0, told.kind === 'answer' ? told.days : 400);
      bench.certificates.findings.set(pem, { ...GOOD, fitsKey: told.kind === 'answer', facts });
      bench.answer({ certificates: pem });
      return;
    }
    case 'repeat':
      bench.answer({ id: 'request-1' });
      return;
    case 'broker':
      bench.outcome = OUTCOMES[told.outcome] ?? { isAccepted: true };
      bench.takesOldOne = told.takesOldOne;
      return;
    case 'connection':
      bench.isConnected = told.is;
      return;
    case 'disk':
      bench.certificates.isDiskFull = told.is;
  }
}

it('whatever comes in which order, what is in use was let in by the broker, and it is asked eight times a day at the most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const bench = new RenewalBench({ leftDays: 100 });
      const { certificates } = bench;
      for (const told of steps) {
        const before = certificates.inUse;
        await take(bench, told);
        const { inUse } = certificates;
        expect(inUse.untilUtcMs).toBeGreaterThanOrEqual(before.untilUtcMs);
        if (inUse !== before) expect(bench.letIn).toContain(inUse.fingerprint);
        expect(bench.renewal.shownFiles().certificateFile).toBe(`${inUse.fingerprint}.crt`);
      }
      const asked = bench.asked.map(({ at }) => Date.parse(at));
      for (const at of asked) {
        expect(asked.filter((other) => other >= at && other < at + DAY_MS).length).toBeLessThanOrEqual(8);
      }
      // Once nothing stands in its way any more, it is renewed.
      bench.kill();
      certificates.isDiskFull = false;
      bench.isConnected = true;
      bench.outcome = { isAccepted: true };
      bench.begin();
      await bench.clock.advance(DAY_MS + 60_000);
      bench.answer();
      await bench.clock.advance(2 * 3_600_000);
      expect(bench.letIn).toContain(certificates.inUse.fingerprint);
    }),
    { numRuns: 60 },
  );
});
