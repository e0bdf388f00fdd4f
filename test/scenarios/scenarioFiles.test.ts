import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSitePlan } from '../../src/config/checkSitePlan.ts';
import { catalogueOf } from '../../src/config/profileFacts.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';
import { parseScenario, readScenarios } from './readScenarios.ts';
import { planOf } from './stages/story.ts';
import { withoutRepetition } from './stepSchema.ts';

const ZERO = {
  lesson: 'Zero is a ceiling.',
  home: 'single-phase',
  startAt: '2006-12-18T21:17:00Z',
  durationS: 60,
  steps: [{ atS: 10, do: 'curtail', ceiling: 0, seconds: 600 }] as object[],
  expectations: [
    { says: 'the car pauses', fromS: 10, untilS: 60, withinS: 5, expect: { carA: { atMost: 0 } } as object },
  ] as object[],
};

function mistakesOf(change: object): readonly string[] {
  const read = parseScenario('zero.json', JSON.stringify({ ...ZERO, ...change }));
  return read.ok ? [] : read.mistakes;
}

describe('a scenario file', () => {
  it('is taken as it stands when it is right', () => {
    expect(mistakesOf({})).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'zero.json: expected JSON: '],
    ['no object', '[]', 'zero.json: the story: '],
  ])('with %s is refused with its name', (_what, text, start) => {
    const read = parseScenario('zero.json', text);
    expect(read.ok ? [] : read.mistakes).toEqual([expect.stringContaining(start)]);
  });

  it.each<[string, object, string]>([
    ['an unknown field', { speeed: 2 }, 'zero.json: the story: Unrecognized key: "speeed"'],
    [
      'a fault that the simulator does not know',
      { steps: [{ atS: 5, do: 'fault', device: 'grid-meter', fault: { kind: 'gone' } }] },
      'zero.json: steps[0].fault: unknown fault "gone"; known are silence',
    ],
    [
      'a step after the end',
      { steps: [{ atS: 60, do: 'clearFaults' }] },
      'zero.json: steps[0].atS: expected a second before the end of the story (60), found 60',
    ],
    [
      'a kill and no word about the core',
      { steps: [{ atS: 5, do: 'gateway', is: 'killed' }] },
      'zero.json: steps[0].notAt: the stage "core" has no gateway: say in "notAt" why',
    ],
    [
      'a clock and no word about the processes',
      { steps: [{ atS: 5, do: 'clock', level: 'none' }] },
      'zero.json: steps[0].notAt: the stage "processes" has no clock of its own to set',
    ],
    [
      'a broken command and no word about the core',
      { steps: [{ atS: 5, do: 'send', topic: 'curtailment', body: {} }] },
      'zero.json: steps[0].notAt: the stage "core" has no broker: say in "notAt" why',
    ],
    [
      'a length that nobody waits for in real time',
      { durationS: 200 },
      'zero.json: durationS: expected at most 180 where the story is told at the stage "processes", found 200',
    ],
    [
      'what a whole interval shows beside what a moment shows',
      {
        expectations: [
          {
            says: 'both',
            fromS: 10,
            untilS: 60,
            expect: { posture: 'safe', heldUntilRelease: 'curtailment' },
          },
        ],
      },
      'zero.json: expectations[0].expect: heldUntilRelease, eventsInOrder, neverAbove: each is judged',
    ],
    [
      'an interval in which nothing is looked at',
      {
        expectations: [{ says: 'too short', fromS: 10, untilS: 12, withinS: 5, expect: { posture: 'safe' } }],
      },
      'zero.json: expectations[0].untilS: expected fromS + withinS before untilS',
    ],
    [
      'an expectation after the end',
      { expectations: [{ says: 'too late', fromS: 10, untilS: 61, expect: { posture: 'safe' } }] },
      'zero.json: expectations[0].untilS: expected at most the end of the story (60), found 61',
    ],
    [
      'an event that is to last',
      { expectations: [{ says: 'lasts', fromS: 10, untilS: 60, expect: { event: 'limitStarted' } }] },
      'zero.json: expectations[0].how: an event or a command happens at a moment',
    ],
    [
      'a reason without a cause',
      { expectations: [{ says: 'why', fromS: 10, untilS: 60, expect: { reason: { load: 'solar' } } }] },
      'zero.json: expectations[0].expect.reason: expected { load?, source, ceiling? }',
    ],
  ])('with %s is refused with the place', (_what, change, message) => {
    expect(mistakesOf(change)).toEqual([expect.stringContaining(message)]);
  });

  it('may leave a step out at a stage when it says why', () => {
    const notAt = { core: 'the core has no gateway' };
    expect(mistakesOf({ steps: [{ atS: 5, do: 'gateway', is: 'killed', notAt }] })).toEqual([]);
    expect(mistakesOf({ notAt, steps: [{ atS: 5, do: 'gateway', is: 'killed' }] })).toEqual([]);
  });

  it('may be long where time is stepped', () => {
    expect(mistakesOf({ durationS: 9_000, notAt: { processes: 'too long for real time' } })).toEqual([]);
  });

  it('may repeat a heartbeat', () => {
    const beats = { atS: 5, do: 'heartbeats', untilS: 50, everyS: 20 };
    const read = parseScenario('zero.json', JSON.stringify({ ...ZERO, steps: [beats] }));
    const steps = read.ok ? withoutRepetition(read.scenario.steps) : [];
    expect(steps).toEqual([5, 25, 45].map((atS) => ({ atS, do: 'heartbeat' })));
  });

  it('tells all its mistakes at once', () => {
    expect(mistakesOf({ home: 'castle', durationS: 5, lesson: 7 })).toHaveLength(3);
  });
});

it('every story has a site plan that the gateway takes', () => {
  const catalogue = catalogueOf(loadProfiles(join(PROJECT_ROOT, 'drivers')).profiles);
  const wrong = readScenarios().flatMap(({ name, scenario }) =>
    checkSitePlan(planOf(scenario), catalogue).map((finding) => `${name}: ${JSON.stringify(finding)}`),
  );
  expect(wrong).toEqual([]);
});

it('every story stands in docs/scenarios.md with its lesson', () => {
  const page = readOwn('docs/scenarios.md');
  const missing = readScenarios().filter(
    ({ name, scenario }) => !page.includes(`- \`${name}\`: ${scenario.lesson}\n`),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
});
