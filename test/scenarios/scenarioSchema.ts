import { z } from 'zod';
import { parseFault } from '../../firmware-sim/faults.ts';
import { HOME_NAMES } from '../../firmware-sim/homeSpec.ts';
import { FAULTS, type FaultCode } from '../../src/domain/faults.ts';
import { type LimitSource, RANKS } from '../../src/domain/limit.ts';

export const STAGES = ['core', 'gateway', 'processes'] as const;
export type StageName = (typeof STAGES)[number];

/** A story is short, so that all of them together stay short at the stage that keeps real time. */
const LONGEST_S = 180;
const LONGEST_WARM_UP_S = 120;

const sentence = z.string().min(3);
const second = z.int().min(0).max(LONGEST_S);
const amps = z.number().min(0).max(1_000);
const position = z.enum(['open', 'closed']);
const identifier = z.string().min(1);

/** Where a part of the story is left out, each with the reason that is printed. */
const notAt = z.strictObject({
  core: sentence.exactOptional(),
  gateway: sentence.exactOptional(),
  processes: sentence.exactOptional(),
});

const bounds = z
  .strictObject({ atMost: amps.exactOptional(), atLeast: amps.exactOptional() })
  .refine(({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined, {
    error: 'expected "atMost", "atLeast" or both',
  });

const fault = z.unknown().transform((value, context) => {
  const parsed = parseFault(value);
  if (parsed.ok) return parsed.fault;
  context.addIssue(parsed.problem);
  return z.NEVER;
});

const common = { atS: second, notAt: notAt.exactOptional() };

const stepSchema = z.discriminatedUnion('do', [
  z.strictObject({ ...common, do: z.literal('fault'), device: identifier, fault }),
  z.strictObject({ ...common, do: z.literal('clearFaults') }),
  z.strictObject({ ...common, do: z.literal('plugIn'), device: identifier.exactOptional() }),
  z.strictObject({ ...common, do: z.literal('plugOut'), device: identifier.exactOptional() }),
  z.strictObject({
    ...common,
    do: z.literal('curtail'),
    direction: z.enum(['import', 'export']).default('import'),
    basis: z.enum(['phaseCurrentA', 'activePowerW']).default('phaseCurrentA'),
    ceiling: z.number().min(0),
    seconds: z.int().min(1).max(86_400),
  }),
  z.strictObject({ ...common, do: z.literal('cancelCurtailment') }),
  z.strictObject({ ...common, do: z.literal('broker'), is: z.enum(['down', 'up']) }),
  z.strictObject({ ...common, do: z.literal('gateway'), is: z.enum(['killed', 'started']) }),
  z.strictObject({ ...common, do: z.literal('clock'), level: z.enum(['none', 'coarse', 'synced']) }),
]);

/** Steps that a stage has nothing for; a story with such a step must say so itself. */
const IMPOSSIBLE: readonly { readonly do: string; readonly stage: StageName; readonly why: string }[] = [
  { do: 'broker', stage: 'core', why: 'no broker' },
  { do: 'gateway', stage: 'core', why: 'no gateway' },
  { do: 'clock', stage: 'processes', why: 'no clock of its own to set' },
];

const limitSource = z.enum(Object.keys(RANKS) as [LimitSource, ...LimitSource[]]);
const faultCode = z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]);

const reason = z.union(
  [
    z.strictObject({ load: identifier.exactOptional(), source: limitSource }),
    z.strictObject({
      load: identifier.exactOptional(),
      fault: faultCode.exactOptional(),
      subject: identifier,
    }),
  ],
  { error: 'expected { load?, source } with the source of a limit, or { load?, fault?, subject }' },
);

const conditionsSchema = z
  .strictObject({
    importA: bounds.exactOptional(),
    exportA: bounds.exactOptional(),
    carA: bounds.exactOptional(),
    waterHeater: position.exactOptional(),
    generator: position.exactOptional(),
    posture: z.enum(['normal', 'safe']).exactOptional(),
    reason: reason.exactOptional(),
    fault: z.strictObject({ code: faultCode.exactOptional(), subject: identifier }).exactOptional(),
    inForce: limitSource.exactOptional(),
    notInForce: limitSource.exactOptional(),
    broker: z.enum(['connected', 'gone']).exactOptional(),
    event: identifier.exactOptional(),
    commanded: z
      .strictObject({
        effect: z.enum(['narrowing', 'widening', 'refresh']),
        cause: z.union([limitSource, faultCode]),
      })
      .exactOptional(),
    widens: z.literal(false).exactOptional(),
    heldUntilRelease: limitSource.exactOptional(),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, { error: 'expected at least one condition' });

const expectationSchema = z
  .strictObject({
    says: sentence,
    fromS: second,
    untilS: second,
    withinS: second.default(0),
    how: z.enum(['throughout', 'once']).default('throughout'),
    notAt: notAt.exactOptional(),
    expect: conditionsSchema,
  })
  .refine(({ fromS, untilS, withinS }) => fromS + withinS < untilS, {
    error: 'expected fromS + withinS before untilS, or nothing is looked at',
    path: ['untilS'],
  })
  .refine(({ how, expect }) => how === 'once' || (expect.event ?? expect.commanded) === undefined, {
    error: 'an event or a command happens at a moment: expected "how": "once"',
    path: ['how'],
  });

/** A story of a home; docs/scenarios.md describes every field. */
export const scenarioSchema = z
  .strictObject({
    lesson: sentence,
    home: z.enum(HOME_NAMES),
    /** Instant of the recording at second 0. */
    startAt: z.iso.datetime({ offset: true }),
    warmUpS: z.int().min(10).max(LONGEST_WARM_UP_S).default(50),
    durationS: z.int().min(30).max(LONGEST_S),
    inShortRun: z.boolean().default(false),
    plan: z
      .strictObject({ maximumImportLimitA: amps.exactOptional(), maximumExportLimitA: amps.exactOptional() })
      .default({}),
    acceptUnsignedCurtailment: z.boolean().default(true),
    randomOffsetS: z.int().min(0).max(600).default(20),
    speed: z.number().min(1).max(4).default(2),
    notAt: notAt.exactOptional(),
    steps: z.array(stepSchema),
    expectations: z.array(expectationSchema).min(1),
  })
  .superRefine((scenario, context) => {
    scenario.steps.forEach((step, index) => {
      if (step.atS >= scenario.durationS) {
        const message = `expected a second before the end of the story (${scenario.durationS}), found ${step.atS}`;
        context.addIssue({ code: 'custom', message, path: ['steps', index, 'atS'] });
      }
      for (const { stage, why } of IMPOSSIBLE.filter((impossible) => impossible.do === step.do)) {
        if (step.notAt?.[stage] !== undefined || scenario.notAt?.[stage] !== undefined) continue;
        const message = `the stage "${stage}" has ${why}: say in "notAt" why the story holds without this step`;
        context.addIssue({ code: 'custom', message, path: ['steps', index, 'notAt'] });
      }
    });
    scenario.expectations.forEach(({ untilS }, index) => {
      if (untilS <= scenario.durationS) return;
      const message = `expected at most the end of the story (${scenario.durationS}), found ${untilS}`;
      context.addIssue({ code: 'custom', message, path: ['expectations', index, 'untilS'] });
    });
  });

export type Scenario = z.infer<typeof scenarioSchema>;
export type Step = z.infer<typeof stepSchema>;
export type Expectation = z.infer<typeof expectationSchema>;
export type Conditions = Expectation['expect'];
export type Bounds = z.infer<typeof bounds>;
