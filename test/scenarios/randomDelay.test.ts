import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Scenario, scenarioSchema } from './scenarioSchema.ts';
import { CoreStage } from './stages/coreStage.ts';
import { tellStory } from './tellStory.ts';

const LONGEST_S = 600;

const STORY: Scenario = scenarioSchema.parse({
  lesson: 'A curtailment ends, and its release is spread.',
  home: 'single-phase',
  startAt: '2006-12-18T21:17:00Z',
  warmUpS: 10,
  durationS: 60,
  steps: [{ atS: 5, do: 'curtail', ceiling: 16, seconds: 10 }],
  expectations: [
    {
      says: 'held until the announced release, whatever would be drawn after it',
      fromS: 10,
      untilS: 60,
      expect: { heldUntilRelease: 'curtailment' },
    },
  ],
});

it('the release of a limit waits for the delay that was drawn when it ended, in whole seconds, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: LONGEST_S }), { minLength: 40, maxLength: 40 }),
      async (draws) => {
        let decisions = 0;
        const drawS = (): number => draws[decisions++ % draws.length] ?? 0;
        const { failures, observations } = await tellStory(STORY, 'core', new CoreStage(STORY, drawS));
        const ends = observations.flatMap(({ events, judgement }) =>
          events.flatMap((event) =>
            event.kind === 'limitEnded' ? [event.releasesAtMs - (judgement?.runningMs ?? 0)] : [],
          ),
        );
        expect(failures).toEqual([]);
        expect(ends).toHaveLength(1);
        expect(draws.map((drawnS) => drawnS * 1_000)).toContain(ends[0]);
      },
    ),
    { numRuns: 60 },
  );
});
