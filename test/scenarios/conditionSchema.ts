import { z } from 'zod';
import { FAULTS, type FaultCode } from '../../src/domain/faults.ts';
import { type LimitSource, RANKS } from '../../src/domain/limit.ts';
import { amps, basis, direction, identifier, notAt, second, sentence } from './parts.ts';

const position = z.enum(['open', 'closed']);
const limitSource = z.enum(Object.keys(RANKS) as [LimitSource, ...LimitSource[]]);
const faultCode = z.enum(Object.keys(FAULTS) as [FaultCode, ...FaultCode[]]);

const bounds = z
  .strictObject({ atMost: amps.exactOptional(), atLeast: amps.exactOptional() })
  .refine(({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined, {
    error: 'expected "atMost", "atLeast" or both',
  });

const reason = z.union(
  [
    z.strictObject({
      load: identifier.exactOptional(),
      source: limitSource,
      ceiling: z.number().min(0).exactOptional(),
    }),
    z.strictObject({
      load: identifier.exactOptional(),
      fault: faultCode.exactOptional(),
      subject: identifier,
    }),
  ],
  { error: 'expected { load?, source, ceiling? } with the source of a limit, or { load?, fault?, subject }' },
);

/** An event by its kind, or by its kind and any of its fields. */
const event = z.union([identifier, z.looseObject({ kind: identifier })]);

const slot = z.strictObject({
  source: limitSource,
  state: z.enum(['inForce', 'starting', 'releasing']).exactOptional(),
  direction: direction.exactOptional(),
  basis: basis.exactOptional(),
  ceiling: z.number().min(0).exactOptional(),
});

const scheme = z.strictObject({
  direction,
  state: z.literal([1, 2, 3]).exactOptional(),
  counted: z.int().min(0).exactOptional(),
  lockOuts: z.int().min(0).exactOptional(),
  mayHouseholderReset: z.boolean().exactOptional(),
});

const OVER_TIME = ['heldUntilRelease', 'eventsInOrder', 'neverAbove'];

const conditionsSchema = z
  .strictObject({
    importA: bounds.exactOptional(),
    exportA: bounds.exactOptional(),
    carA: bounds.exactOptional(),
    waterHeater: position.exactOptional(),
    generator: position.exactOptional(),
    generatorA: bounds.exactOptional(),
    setPoint: z.strictObject({ load: identifier, is: z.union([position, bounds]) }).exactOptional(),
    posture: z.enum(['normal', 'safe']).exactOptional(),
    reason: reason.exactOptional(),
    fault: z.strictObject({ code: faultCode.exactOptional(), subject: identifier }).exactOptional(),
    inForce: limitSource.exactOptional(),
    notInForce: limitSource.exactOptional(),
    slot: slot.exactOptional(),
    noSlot: slot.exactOptional(),
    scheme: scheme.exactOptional(),
    broker: z.enum(['connected', 'gone']).exactOptional(),
    event: event.exactOptional(),
    noEvent: event.exactOptional(),
    commanded: z
      .strictObject({
        effect: z.enum(['narrowing', 'widening', 'refresh']),
        cause: z.union([limitSource, faultCode]),
      })
      .exactOptional(),
    widens: z.literal(false).exactOptional(),
    heldUntilRelease: limitSource.exactOptional(),
    eventsInOrder: z.array(event).min(2).exactOptional(),
    neverAbove: z
      .strictObject({
        flow: z.enum(['importA', 'exportA', 'carA']),
        ceilingA: amps,
        longerThanS: z.number().min(0),
      })
      .exactOptional(),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, { error: 'expected at least one condition' })
  .refine(
    (conditions) => !OVER_TIME.some((one) => one in conditions) || Object.keys(conditions).length === 1,
    {
      error: `${OVER_TIME.join(', ')}: each is judged over the whole interval and stands alone`,
    },
  );

export const expectationSchema = z
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

export type Expectation = z.infer<typeof expectationSchema>;
export type Conditions = Expectation['expect'];
export type Bounds = z.infer<typeof bounds>;
export type EventMeant = z.infer<typeof event>;
