import { describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/contract/event.ts';
import { cutToConsent } from '../../src/contract/firewall.ts';
import { statusReportBodySchema } from '../../src/contract/statusReport.ts';
import type { ConsentPurpose } from '../../src/domain/consent.ts';
import { GATEWAY_PURPOSES } from '../../src/domain/consent.ts';
import { EXAMPLE_STATUS } from '../cli/exampleStatus.ts';

const covered = (...purposes: ConsentPurpose[]): ReadonlySet<ConsentPurpose> => new Set(purposes);
const ALL = new Set(GATEWAY_PURPOSES);

const EXCURSION = {
  kind: 'excursionStarted',
  circuitId: 'cutOut',
  direction: 'import',
  phase: 'L1',
  flowA: 61,
  ceilingA: 54,
};

describe('the firewall', () => {
  it('leaves a body as it is where everything is covered', () => {
    expect(cutToConsent('events', EXCURSION, ALL)).toBe(EXCURSION);
    expect(cutToConsent('status', EXAMPLE_STATUS, ALL)).toEqual(EXAMPLE_STATUS);
  });

  it('takes the flow out of an excursion, which is a matter of safety, and says so', () => {
    const { flowA: _, ...rest } = EXCURSION;
    const cut = cutToConsent('events', EXCURSION, covered());
    expect(cut).toEqual({ ...rest, withheld: ['chargingData'] });
    expect(eventSchema.safeParse(cut).success).toBe(true);
    expect(cutToConsent('events', cut ?? {}, ALL)).toBe(cut);
  });

  it('takes what was seen out of a reason', () => {
    const reason = {
      kind: 'limit',
      limitId: 'a',
      source: 'protection',
      circuitId: 'cutOut',
      direction: 'import',
    };
    const event = {
      kind: 'loadNarrowed',
      loadId: 'car',
      to: '6 A',
      reason: { ...reason, basis: 'phaseCurrentA', ceiling: 54, phase: 'L1', observed: 61, text: 'cut-out' },
    };
    expect(JSON.stringify(cutToConsent('events', event, covered()))).not.toContain('observed');
  });

  it('lets nothing of an event leave that is wholly of a purpose that is not covered', () => {
    const rung = { kind: 'networkRungChanged', to: 'dns', cause: 'no-answer' };
    expect(cutToConsent('events', rung, covered('chargingData'))).toBe(undefined);
    expect(cutToConsent('events', rung, covered('networkDiagnostics'))).toBe(rung);
    const fault = { kind: 'faultRaised', code: 'back-office-unreachable', subject: 'dns' };
    expect(cutToConsent('events', fault, covered('chargingData'))).toBe(undefined);
    const other = { kind: 'faultRaised', code: 'meter-stale', subject: 'grid' };
    expect(cutToConsent('events', other, covered())).toBe(other);
  });

  it('lets nothing leave that the contract does not know', () => {
    expect(cutToConsent('events', { ...EXCURSION, colour: 'red' }, ALL)).toEqual(EXCURSION);
    expect(cutToConsent('events', { kind: 'holiday', until: 'May' }, ALL)).toBe(undefined);
  });

  it('leaves no reading, no charging state and no wish in a status, and it stays a status', () => {
    const cut = cutToConsent('status', EXAMPLE_STATUS, covered()) ?? {};
    const text = JSON.stringify(cut);
    for (const name of [
      'flowA',
      'powerW',
      'measuredA',
      'observed',
      'hours',
      'readyBy',
      'boosts',
      'brokenRung',
    ]) {
      expect(text).not.toContain(`"${name}"`);
    }
    expect(text).not.toContain('53.2 A flow');
    expect(statusReportBodySchema.parse(cut).withheld).toEqual(
      expect.arrayContaining(['chargingData', 'vehicleData', 'dnoRestriction']),
    );
    expect(cut).toMatchObject({
      posture: 'normal',
      faults: EXAMPLE_STATUS.faults,
      devices: EXAMPLE_STATUS.devices,
    });
  });

  it('lets no telemetry leave without the consent to charging data', () => {
    const body = {
      intervalFrom: 'a',
      intervalUntil: 'b',
      durationMs: 1,
      clockLevel: 'synced',
      circuits: [],
      loads: [],
    };
    expect(cutToConsent('telemetry', body, covered('vehicleData', 'research'))).toBe(undefined);
    expect(cutToConsent('telemetry', body, covered('chargingData'))).toBe(body);
  });
});
