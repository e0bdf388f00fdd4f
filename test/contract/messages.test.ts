import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { curtailmentScheduleSchema } from '../../src/contract/curtailmentSchedule.ts';
import { encodeOffline, encodeUpward } from '../../src/contract/envelope.ts';
import { type EventBody, eventSchema } from '../../src/contract/event.ts';
import {
  jsonSchemaOf,
  MESSAGES,
  type MessageName,
  SIGNED_BY_THE_GATEWAY,
  schemaFileOf,
} from '../../src/contract/messages.ts';
import type { TelemetryBody } from '../../src/contract/telemetry.ts';
import {
  areaTopicOf,
  gatewayIdSchema,
  TOPICS,
  TRUST_TOPIC,
  topicOf,
  UPWARD_TOPICS,
} from '../../src/contract/topics.ts';
import { instantSchema } from '../../src/contract/words.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { schemaText } from './schemaText.ts';

const NAMES = Object.keys(MESSAGES) as MessageName[];
const HEAD = {
  gatewayId: 'home-1',
  outboxId: '0a1b2c3d',
  sequence: 7,
  recordedAtUtcMs: Date.UTC(2026, 0, 5),
  runningMs: 42,
};

describe('messages', () => {
  it('an event goes over the wire as the domain has it', () => {
    expectTypeOf<DomainEvent>().toExtend<EventBody>();
    expectTypeOf<EventBody['kind']>().toEqualTypeOf<DomainEvent['kind']>();
    const event: DomainEvent = {
      kind: 'limitStarted',
      limitId: 'curtailment',
      reason: {
        kind: 'limit',
        limitId: 'curtailment',
        source: 'curtailment',
        circuitId: 'cutOut',
        direction: 'import',
        basis: 'phaseCurrentA',
        ceiling: 0,
        phase: 'L1',
        observed: 12.5,
        text: 'evening peak',
      },
    };
    const wire = encodeUpward({ ...HEAD, stream: 'events', body: JSON.stringify(event) });
    expect(MESSAGES['loadgate.event/1'].parse(JSON.parse(wire))).toEqual({
      schema: 'loadgate.event/1',
      gatewayId: 'home-1',
      outboxId: '0a1b2c3d',
      stream: 'events',
      sequence: 7,
      recordedAt: '2026-01-05T00:00:00.000Z',
      runningMs: 42,
      body: event,
    });
  });

  it('the same record gives the same bytes', () => {
    const record = { ...HEAD, stream: 'events', body: '{"kind":"limitReleased","limitId":"a"}' } as const;
    expect(encodeUpward(record)).toBe(encodeUpward({ ...record }));
  });

  it('telemetry tells a zero flow, an unknown one and an absent ceiling apart', () => {
    const body: TelemetryBody = {
      intervalFrom: '2026-01-05T00:00:00Z',
      intervalUntil: '2026-01-05T00:01:00Z',
      durationMs: 60_000,
      clockLevel: 'synced',
      circuits: [
        {
          circuitId: 'cutOut',
          phases: [
            {
              phase: 'L1',
              flow: { state: 'measured', meanA: 0, minimumA: -3, maximumA: 4, coveredMs: 60_000 },
              importCeilingA: 0,
            },
            { phase: 'L2', flow: { state: 'unknown', fault: 'meter-stale' } },
          ],
          importEnergy: { state: 'measured', valueWh: 0 },
        },
      ],
      loads: [{ loadId: 'car', kind: 'chargePoint', phases: [], state: 'C', commanded: 0 }],
    };
    const wire = encodeUpward({ ...HEAD, stream: 'telemetry', body: JSON.stringify(body) });
    expect(MESSAGES['loadgate.telemetry/1'].parse(JSON.parse(wire)).body).toEqual(body);
    const isTaken = (flow: unknown): boolean =>
      MESSAGES['loadgate.telemetry/1'].safeParse({
        ...JSON.parse(wire),
        body: { ...body, circuits: [{ circuitId: 'cutOut', phases: [{ phase: 'L1', flow }] }] },
      }).success;
    expect(isTaken({ state: 'unknown', fault: 'meter-stale' })).toBe(true);
    expect(isTaken(null)).toBe(false);
    expect(isTaken({ state: 'measured', meanA: null, minimumA: 0, maximumA: 0, coveredMs: 1 })).toBe(false);
    expect(isTaken(undefined)).toBe(false);
  });

  it('a gateway that is gone says so without a place in the stream', () => {
    expect(MESSAGES['loadgate.offline/1'].parse(JSON.parse(encodeOffline('home-1')))).toEqual({
      schema: 'loadgate.offline/1',
      gatewayId: 'home-1',
    });
  });

  it('fields that a reader does not know pass by', () => {
    expect(eventSchema.parse({ kind: 'limitReleased', limitId: 'a', colour: 'red' })).toEqual({
      kind: 'limitReleased',
      limitId: 'a',
    });
  });

  it('absent is not null: an optional field is there with a value or not there', () => {
    expect(eventSchema.safeParse({ kind: 'gatewayStarted', found: 'memory' }).success).toBe(true);
    expect(eventSchema.safeParse({ kind: 'gatewayStarted', found: 'memory', gapMs: null }).success).toBe(
      false,
    );
    expect(eventSchema.safeParse({ kind: 'gatewayStarted', found: 'memory', gapMs: 0 }).success).toBe(true);
  });
});

describe('an instant from outside', () => {
  it('that is taken is one that the clock can count with', () => {
    fc.assert(
      fc.property(fc.stringMatching(instantSchema.def.pattern ?? /^no pattern$/), (text) => {
        expect(instantSchema.safeParse(text).success).toBe(true);
        expect(Date.parse(text)).toSatisfy(Number.isFinite);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a schedule', () => {
  const interval = { startsAt: '2026-03-29T00:30:00Z', durationSeconds: 1_800, ceiling: 0 };
  const isTaken = (intervals: readonly object[]): boolean =>
    curtailmentScheduleSchema.safeParse({
      schema: 'loadgate.curtailment-schedule/1',
      gatewayId: 'home-1',
      issuedAt: '2026-03-28T12:00:00Z',
      id: 'night-1',
      direction: 'import',
      basis: 'activePowerW',
      reason: 'windy night',
      intervals,
    }).success;

  it('is in order by its instants, whatever offset they are written with, over the change to summer time too', () => {
    expect(isTaken([interval, { ...interval, startsAt: '2026-03-29T02:00:00+01:00' }])).toBe(true);
    expect(isTaken([interval, { ...interval, startsAt: '2026-03-29T01:59:59+01:00' }])).toBe(false);
  });
});

describe('docs/schemas', () => {
  it.each(NAMES)('%s is up to date (to write it anew: npx vitest run test/contract -u)', async (name) => {
    await expect(schemaText(jsonSchemaOf(name))).toMatchFileSnapshot(
      `../../docs/schemas/${schemaFileOf(name)}`,
    );
  });

  it('holds nothing else', () => {
    expect(readdirSync('docs/schemas').sort()).toEqual(NAMES.map(schemaFileOf).sort());
  });
});

const WHOSE = { gateway: '<gatewayId>/', area: 'areas/<areaId>/', all: '' } as const;

describe('docs/topics.md', () => {
  it('lists exactly the topics of the code, with direction, retain, signature and schemas', () => {
    const rows = readFileSync('docs/topics.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `loadgate/v1/'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual(
      Object.values(TOPICS).map(({ of, direction, isRetained, isSigned, purpose, schemas, suffix }) => [
        `\`loadgate/v1/${WHOSE[of]}${suffix}\``,
        direction,
        isRetained ? 'yes' : 'no',
        isSigned ? 'yes' : 'no',
        schemas.map((name) => `[\`${name}\`](schemas/${schemaFileOf(name)})`).join('<br>'),
        purpose,
      ]),
    );
  });

  it('gives only examples that a reader takes', () => {
    const blocks = readFileSync('docs/topics.md', 'utf8').matchAll(/```json\n(.*?)```/gs);
    const examples = [...blocks].map(([, text = '']) => JSON.parse(text));
    expect(examples.length).toBeGreaterThan(5);
    for (const example of examples) {
      const { error } = MESSAGES[example.schema as MessageName].safeParse(example);
      expect(error).toBe(undefined);
    }
  });

  it('every topic carries messages that are defined, and every message has a topic', () => {
    const carried = Object.values(TOPICS).flatMap(({ schemas }): readonly string[] => schemas);
    expect([...new Set([...carried, ...SIGNED_BY_THE_GATEWAY])].sort()).toEqual([...NAMES].sort());
    expect(topicOf('home-1', 'curtailmentCancel')).toBe('loadgate/v1/home-1/control/curtailment/cancel');
    expect(areaTopicOf('feeder-7')).toBe('loadgate/v1/areas/feeder-7/restriction');
    expect(TRUST_TOPIC).toBe('loadgate/v1/trust');
  });

  it('no gateway has a name that is another level of the topics', () => {
    expect(['areas', 'trust'].map((name) => gatewayIdSchema.safeParse(name).success)).toEqual([false, false]);
    expect(['areas-1', 'home'].map((name) => gatewayIdSchema.safeParse(name).success)).toEqual([true, true]);
  });

  it('what a gateway publishes is what goes up', () => {
    const up = Object.entries(TOPICS).filter(([, { direction }]) => direction === 'up');
    expect([...UPWARD_TOPICS]).toEqual(up.map(([name]) => name));
  });
});
