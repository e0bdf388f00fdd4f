import { z } from 'zod';
import { parseFault } from '../../firmware-sim/faults.ts';
import { type GatewayTopicName, TOPICS, type TopicName } from '../../src/contract/topics.ts';
import { amps, basis, direction, identifier, notAt, type StageName, second } from './parts.ts';

const DAY_S = 86_400;
const DEFAULT_HEARTBEAT_S = 30;

const fault = z.unknown().transform((value, context) => {
  const parsed = parseFault(value);
  if (parsed.ok) return parsed.fault;
  context.addIssue(parsed.problem);
  return z.NEVER;
});

const common = { atS: second, notAt: notAt.exactOptional() };
const flow = { direction: direction.default('import'), basis: basis.default('phaseCurrentA') };
const ceiling = z.number().min(0);
const lasting = z.int().min(1).max(DAY_S);
const commandTopics = (Object.keys(TOPICS) as TopicName[]).filter(
  (name) => TOPICS[name].direction === 'down' && TOPICS[name].of === 'gateway',
);

/** What happens in a story; docs/scenarios.md describes each. */
export const stepSchema = z.discriminatedUnion('do', [
  z.strictObject({ ...common, do: z.literal('fault'), device: identifier, fault }),
  z.strictObject({ ...common, do: z.literal('clearFaults') }),
  z.strictObject({ ...common, do: z.literal('plugIn'), device: identifier.exactOptional() }),
  z.strictObject({ ...common, do: z.literal('plugOut'), device: identifier.exactOptional() }),
  z.strictObject({
    ...common,
    do: z.literal('draw'),
    phase: z.enum(['L1', 'L2', 'L3']).default('L1'),
    currentA: amps,
  }),
  z.strictObject({
    ...common,
    do: z.literal('signal'),
    device: identifier,
    input: z.int().min(1).max(32),
    is: z.enum(['energised', 'deenergised']),
  }),
  z.strictObject({
    ...common,
    do: z.literal('curtail'),
    ...flow,
    ceiling,
    seconds: lasting,
    randomisedBy: identifier.exactOptional(),
  }),
  z.strictObject({
    ...common,
    do: z.literal('schedule'),
    ...flow,
    intervals: z
      .array(
        z.strictObject({
          fromS: z
            .int()
            .min(0)
            .max(2 * DAY_S),
          seconds: lasting,
          ceiling,
        }),
      )
      .min(1),
  }),
  z.strictObject({ ...common, do: z.literal('cancelCurtailment') }),
  z.strictObject({ ...common, do: z.literal('noCurtailment') }),
  z.strictObject({
    ...common,
    do: z.literal('restrict'),
    /** As in a restriction notice. */
    measure: z.looseObject({ kind: identifier }).default({ kind: 'chargePointCeiling', ceilingA: 0 }),
    seconds: lasting,
    /** Absent: on receipt. */
    startsInS: z.int().min(0).max(DAY_S).exactOptional(),
    rehearsal: z.boolean().default(false),
    /** Absent: the next one. */
    sequence: z.int().min(1).exactOptional(),
    /** Of the notice before it. */
    supersedes: z.boolean().default(false),
  }),
  z.strictObject({
    ...common,
    do: z.literal('cancelRestriction'),
    /** Whether it proves to know the notice that it ends. */
    withProof: z.boolean().default(true),
  }),
  z.strictObject({ ...common, do: z.literal('consent'), is: z.enum(['given', 'refused', 'withdrawn']) }),
  z.strictObject({ ...common, do: z.literal('heartbeat') }),
  z.strictObject({
    ...common,
    do: z.literal('heartbeats'),
    untilS: second,
    everyS: z.int().min(1).max(600).default(DEFAULT_HEARTBEAT_S),
  }),
  z.strictObject({
    ...common,
    do: z.literal('send'),
    topic: z.enum(commandTopics as ['curtailment', ...GatewayTopicName[]]),
    body: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    ...common,
    do: z.literal('boost'),
    load: identifier.default('charge-point'),
    minutes: z.number().min(0).max(1_440),
  }),
  z.strictObject({ ...common, do: z.literal('chooseHours'), hours: z.literal(['none', 'planned']) }),
  z.strictObject({ ...common, do: z.literal('resetLockOut'), by: z.enum(['householder', 'engineer']) }),
  z.strictObject({ ...common, do: z.literal('broker'), is: z.enum(['down', 'up']) }),
  z.strictObject({ ...common, do: z.literal('gateway'), is: z.enum(['killed', 'started']) }),
  z.strictObject({
    ...common,
    do: z.literal('clock'),
    level: z.enum(['none', 'coarse', 'synced']).exactOptional(),
    stepS: z.int().min(-DAY_S).max(DAY_S).exactOptional(),
  }),
]);

export type Step = z.infer<typeof stepSchema>;
type Told<What> = Extract<Step, { readonly do: What }>;
export type Curtail = Told<'curtail'>;
export type Schedule = Told<'schedule'>;
export type Restrict = Told<'restrict'>;

/** Steps that a stage has nothing for; a story with such a step must say so itself. */
export const IMPOSSIBLE: readonly {
  readonly do: Step['do'];
  readonly stage: StageName;
  readonly why: string;
}[] = [
  { do: 'broker', stage: 'core', why: 'no broker' },
  { do: 'send', stage: 'core', why: 'no broker' },
  { do: 'gateway', stage: 'core', why: 'no gateway' },
  { do: 'clock', stage: 'processes', why: 'no clock of its own to set' },
  { do: 'schedule', stage: 'processes', why: 'no clock that a time source surely disciplines' },
];

/** Heartbeats told one by one, in the order in which everything happens. */
export function withoutRepetition(steps: readonly Step[]): readonly Step[] {
  const single = steps.flatMap((step): Step[] => {
    if (step.do !== 'heartbeats') return [step];
    const { atS, untilS, everyS, notAt: leftOut } = step;
    const count = Math.max(0, Math.ceil((untilS - atS) / everyS));
    return Array.from({ length: count }, (_, index) => ({
      atS: atS + index * everyS,
      do: 'heartbeat',
      ...(leftOut === undefined ? {} : { notAt: leftOut }),
    }));
  });
  return single.sort((one, other) => one.atS - other.atS);
}
