import { describe, expect, it } from 'vitest';
import { renderConsent } from '../../src/cli/consentCommand.ts';
import { renderOutbox } from '../../src/cli/outboxCommand.ts';
import type { ConsentEntry } from '../../src/domain/consent.ts';
import { openConsentDoors } from '../../src/gateway/consentDoors.ts';
import { CONSENT_TEXTS } from '../support/consents.ts';
import { SteppedClock } from '../support/steppedClock.ts';

const NOON_MS = Date.UTC(2026, 0, 5, 12);

function openDoors() {
  const ledger: ConsentEntry[] = [];
  const clock = new SteppedClock({ utcMs: NOON_MS });
  const { chargingData, vehicleData } = CONSENT_TEXTS;
  const texts = { ...(chargingData && { chargingData }), ...(vehicleData && { vehicleData }) };
  const doors = openConsentDoors({
    clock,
    agreement: {
      view: () => ({ ledger, texts, covered: new Set(), unacknowledged: [2], textsVersion: 0 }),
      change: (entries) => {
        ledger.push(...entries);
        return true;
      },
    },
  });
  const say = (action: string, change: object = {}) =>
    doors.choose({
      purpose: 'chargingData',
      action,
      textVersion: '',
      person: 'main',
      how: 'commandLine',
      evidence: '',
      until: '',
      ...change,
    });
  return { doors, say, ledger, clock };
}

describe('consent at the local socket', () => {
  it('is a line of the ledger with its text and its person', () => {
    const { say, ledger } = openDoors();
    expect(say('given', { evidence: 'form-1' })).toEqual({
      isDone: true,
      sentence: 'chargingData is given, text chargingData-1',
    });
    expect(ledger).toEqual([
      {
        purpose: 'chargingData',
        action: 'given',
        textVersion: 'chargingData-1',
        person: 'main',
        how: 'commandLine',
        atUtcMs: NOON_MS,
        evidence: 'form-1',
      },
    ]);
    expect(say('given')).toMatchObject({
      isDone: true,
      sentence: 'chargingData was given already, text chargingData-1',
    });
    expect(ledger).toHaveLength(1);
  });

  it.each([
    ['a purpose that nobody knows', { purpose: 'everything' }, 'Expected as purpose one of'],
    ['photographs, which the back office keeps', { purpose: 'photographs' }, 'back office keeps'],
    ['a purpose without a text', { purpose: 'research' }, 'consentTexts.research'],
    ['the name of a person', { person: 'Jane' }, 'never a name'],
    ['a text that does not apply', { textVersion: 'chargingData-0' }, 'The text that applies now'],
    ['evidence that is a form', { evidence: 'Jane Doe, 1 High Street' }, 'reference of up to 40'],
    ['an end that has passed', { until: '2020-01-01T00:00:00Z' }, 'still to come'],
    ['an end that is none', { until: 'tomorrow' }, 'still to come'],
  ])('refuses %s', (_, change, cause) => {
    const { say, ledger } = openDoors();
    const { isDone, sentence } = say('given', change);
    expect(isDone).toBe(false);
    expect(sentence).toContain(cause);
    expect(ledger).toEqual([]);
  });

  it('is withdrawn without a text and without a reason', () => {
    const { say, ledger } = openDoors();
    expect(say('withdrawn', { purpose: 'research' }).isDone).toBe(true);
    expect(ledger).toMatchObject([{ purpose: 'research', action: 'withdrawn' }]);
  });

  it('is shown as a table, person by person, with what the back office has not heard of', () => {
    const { doors, say } = openDoors();
    say('given');
    say('refused', { person: 'driver-2' });
    const lines = renderConsent(doors.report());
    expect(lines.find((line) => line.startsWith('chargingData'))).toMatch(
      /refused +text chargingData-1 +2026-01-05T12:00:00.000Z +text chargingData-1 +Charging and metering data .* What leaves: flows/,
    );
    expect(lines.find((line) => line.startsWith('research'))).toMatch(/not agreed .*no text/);
    expect(lines.filter((line) => line.startsWith('  chargingData'))).toEqual([
      expect.stringMatching(/main +given/),
      expect.stringMatching(/driver-2 +refused .*not acknowledged by the back office yet$/),
    ]);
  });
});

describe('what waits to leave the house', () => {
  it('is shown by stream, word for word, with its purposes', () => {
    const body = { kind: 'limitReleased', limitId: 'a' };
    const recordedAt = '2026-01-05T12:00:00.000Z';
    expect(
      renderOutbox([{ stream: 'events', sequence: 7, recordedAt, purposes: ['operation'], body }]),
    ).toEqual([
      'events: 1 message waits',
      '  7  2026-01-05T12:00:00.000Z  for operation',
      '    {"kind":"limitReleased","limitId":"a"}',
    ]);
    expect(renderOutbox([])).toEqual(['Nothing waits to leave the house.']);
  });
});
