import fc from 'fast-check';
import * as laws from '../laws.ts';
import { law9 } from '../unsigned.ts';
import { walkHomes } from '../walk.ts';
import { limitOn, moments } from '../world.ts';
import type { Subject } from './brokenCore.ts';
import type { LawName } from './lawMutants.ts';

const SEED = 20_261_122;

/** Holds one law against a core. @returns what broke it; nothing when it holds in so many cases */
export async function holdLaw(law: LawName, subject: Subject, cases: number): Promise<string | undefined> {
  try {
    if (law === 'law 9') await law9(subject, { messages: cases / 10, seed: SEED });
    else if (law === 'law 10') walkHomes(subject.judgement, { steps: cases * 2, seed: SEED, only: law });
    // Phases are switched a few times in a thousand steps.
    else if (law === 'law 11') walkHomes(subject.judgement, { steps: cases * 25, seed: SEED, only: law });
    else holdAtMoments(law, subject, cases);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

function holdAtMoments(law: LawName, { judgement }: Subject, cases: number): void {
  const given = { numRuns: cases, seed: SEED, endOnFailure: true };
  const withLimit = moments().chain((input) => limitOn(input.site).map((limit) => ({ input, limit })));
  const loss = fc.record({ device: fc.nat(), point: fc.nat(), isAbsent: fc.boolean() });
  const later = fc.record({
    endsInMs: fc.nat({ max: 60_000 }),
    stepMs: fc.integer({ min: 1, max: 700_000 }),
  });
  const property = (): fc.IRawProperty<unknown> => {
    switch (law) {
      case 'law 1':
        return fc.property(moments(), fc.integer(), (input, seed) => laws.law1(judgement, input, seed));
      case 'law 2':
        return fc.property(withLimit, ({ input, limit }) => laws.law2(judgement, input, limit));
      case 'law 3':
        return fc.property(moments('simultaneous'), (input) => laws.law3Import(judgement, input));
      case 'law 3, export':
        return fc.property(moments(), (input) => laws.law3Export(judgement, input));
      case 'law 4':
        return fc.property(moments(), loss, (input, lost) => laws.law4(judgement, input, lost));
      case 'law 5':
        return fc.property(moments('simultaneous'), (input) => laws.law5(judgement, input));
      case 'law 6':
        return fc.property(withLimit, later, ({ input, limit }, when) =>
          laws.law6(judgement, input, limit, when),
        );
      case 'law 7':
        return fc.property(moments(), (input) => laws.law7(judgement, input));
      case 'law 8':
        return fc.property(moments(), (input) => laws.law8(judgement, input));
      default:
        return fc.property(moments(), (input) => laws.lawOfTheStore(judgement, input));
    }
  };
  const details = fc.check(property(), given) as fc.RunDetails<unknown>;
  if (details.failed) throw details.errorInstance;
}
