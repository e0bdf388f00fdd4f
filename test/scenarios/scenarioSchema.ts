import { z } from 'zod';
import { HOME_NAMES } from '../../firmware-sim/homeSpec.ts';
import { expectationSchema } from './conditionSchema.ts';
import { amps, LONGEST_IN_REAL_TIME_S, LONGEST_S, notAt, sentence } from './parts.ts';
import { IMPOSSIBLE, stepSchema } from './stepSchema.ts';

const LONGEST_WARM_UP_S = 120;

const part = z.record(z.string(), z.unknown());

/** What of the site plan the story changes; the parts are written as in the file of a site plan. */
const planSchema = z.strictObject({
  maximumImportLimitA: amps.exactOptional(),
  maximumExportLimitA: amps.exactOptional(),
  schemeFigures: part.exactOptional(),
  chargingHours: z.union([z.literal('default'), part]).exactOptional(),
  controllingParty: part.exactOptional(),
  observedSwitches: z.array(part).exactOptional(),
  timing: part.exactOptional(),
  phaseSwitching: part.exactOptional(),
});

/** A story of a home; docs/scenarios.md describes every field. */
export const scenarioSchema = z
  .strictObject({
    lesson: sentence,
    home: z.enum(HOME_NAMES),
    /** Instant of the recording at second 0, and of the wall clock where it is stepped. */
    startAt: z.iso.datetime({ offset: true }),
    warmUpS: z.int().min(10).max(LONGEST_WARM_UP_S).default(50),
    durationS: z.int().min(30).max(LONGEST_S),
    inShortRun: z.boolean().default(false),
    plan: planSchema.default({}),
    signed: z.boolean().default(true),
    randomOffsetS: z.int().min(0).max(600).default(20),
    speed: z.number().min(1).max(4).default(2),
    notAt: notAt.exactOptional(),
    steps: z.array(stepSchema),
    expectations: z.array(expectationSchema).min(1),
  })
  .superRefine((scenario, context) => {
    const complain = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path });
    const isInRealTime = scenario.notAt?.processes === undefined;
    if (isInRealTime && scenario.durationS > LONGEST_IN_REAL_TIME_S) {
      complain(
        `expected at most ${LONGEST_IN_REAL_TIME_S} where the story is told at the stage "processes", found ${scenario.durationS}`,
        'durationS',
      );
    }
    scenario.steps.forEach((step, index) => {
      if (step.atS >= scenario.durationS) {
        complain(
          `expected a second before the end of the story (${scenario.durationS}), found ${step.atS}`,
          'steps',
          index,
          'atS',
        );
      }
      for (const { stage, why } of IMPOSSIBLE.filter((impossible) => impossible.do === step.do)) {
        if (step.notAt?.[stage] !== undefined || scenario.notAt?.[stage] !== undefined) continue;
        complain(
          `the stage "${stage}" has ${why}: say in "notAt" why the story holds without this step`,
          'steps',
          index,
          'notAt',
        );
      }
    });
    scenario.expectations.forEach(({ untilS }, index) => {
      if (untilS <= scenario.durationS) return;
      complain(
        `expected at most the end of the story (${scenario.durationS}), found ${untilS}`,
        'expectations',
        index,
        'untilS',
      );
    });
  });

export type Scenario = z.infer<typeof scenarioSchema>;
