import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftSchema } from '../../src/contract/desk.ts';
import {
  EMPTY_FORM,
  mistakeAt,
  type NoticeForm,
  readForm,
  readNumber,
} from '../../src/ui/desk/logic/noticeForm.ts';

const WHOLE: NoticeForm = {
  ...EMPTY_FORM,
  kind: 'rehearsal',
  issuer: '20',
  areaId: 'high-street-1',
  reason: 'The cable in your street is close to its limit.',
  flexibilityService: 'Evening peak, lot 7',
  cause: 'flexibilityFailed',
  established: 'Called at 17:42; the platform is down.',
  customersToldAt: '2026-11-22T17:50',
  suppliersToldAt: '2026-11-22T17:51',
};

describe('the form of a notice', () => {
  it('becomes a draft that the desk takes', () => {
    const { draft, mistakes } = readForm(WHOLE);
    expect([...mistakes]).toEqual([]);
    expect(draftSchema.parse(draft)).toMatchObject({
      area: { kind: 'feeder', areaId: 'high-street-1' },
      measure: { kind: 'chargePointCeiling', ceilingA: 6 },
      durationSeconds: 3_600,
      rehearsal: true,
    });
  });

  it('names each field that is missing, and chooses neither rehearsal nor real by itself', () => {
    expect([...readForm(EMPTY_FORM).mistakes.keys()].sort()).toEqual([
      'area.areaId',
      'basis.cause',
      'basis.customersToldAt',
      'basis.suppliersToldAt',
      'rehearsal',
    ]);
    expect(readForm(EMPTY_FORM).draft).not.toHaveProperty('rehearsal');
  });

  it.each<[string, Partial<NoticeForm>, object]>([
    [
      'charge points in per cent',
      { chargePointUnit: 'percentOfRating', ceiling: '40' },
      { kind: 'chargePointCeiling', percentOfRating: 40 },
    ],
    [
      'import in amps with a floor',
      { measure: 'importCeiling', ceiling: '20', floor: '10' },
      { kind: 'importCeiling', basis: 'phaseCurrentA', ceiling: 20, floor: 10 },
    ],
    [
      'import in kilowatts, as whole watts',
      { measure: 'importCeiling', basisUnit: 'activePowerW', ceiling: '4.35', floor: '1.1' },
      { kind: 'importCeiling', basis: 'activePowerW', ceiling: 4_350, floor: 1_100 },
    ],
    [
      'export',
      { measure: 'exportCeiling', ceiling: '0' },
      { kind: 'exportCeiling', basis: 'phaseCurrentA', ceiling: 0 },
    ],
    [
      'load switches, whatever stands in the other fields',
      { measure: 'loadSwitchOpen', ceiling: 'x' },
      { kind: 'loadSwitchOpen' },
    ],
  ])('reads the measure: %s', (_what, change, measure) => {
    const { draft } = readForm({ ...WHOLE, ...change });
    expect(draftSchema.parse(draft).measure).toEqual(measure);
  });

  it.each<[string, Partial<NoticeForm>, string]>([
    ['a ceiling that is no number', { ceiling: 'six' }, 'measure.ceilingA'],
    ['a ceiling below zero', { ceiling: '-6' }, 'measure.ceilingA'],
    ['half a minute', { minutes: '0.5' }, 'durationSeconds'],
    ['no minutes at all', { minutes: '0' }, 'durationSeconds'],
    ['a start without a time', { start: 'at' }, 'startsAt'],
    ['a floor that is no number', { floor: 'some' }, 'measure.floor'],
    ['single gateways without any', { areaKind: 'gateways', gatewayIds: ' , ' }, 'area.gatewayIds'],
  ])('stops %s at its field', (_what, change, path) => {
    expect([...readForm({ ...WHOLE, ...change }).mistakes.keys()]).toEqual([path]);
  });

  it('takes single gateways however they are set apart', () => {
    const { draft } = readForm({ ...WHOLE, areaKind: 'gateways', gatewayIds: ' gw-1, gw-2\ngw-3;gw-4 ' });
    expect(draft.area).toEqual({ kind: 'gateways', gatewayIds: ['gw-1', 'gw-2', 'gw-3', 'gw-4'] });
  });

  it('never turns what was typed into another number', () => {
    expect(['6', '6.5', '1,000', '12,345.5', '6,5', '1e3', '', ' 7 '].map(readNumber)).toEqual([
      6,
      6.5,
      1_000,
      12_345.5,
      undefined,
      undefined,
      undefined,
      7,
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000_000 }),
        (value) => readNumber(value.toLocaleString('en-GB')) === value,
      ),
    );
  });

  it('says at a field what is wrong at it or below, its own finding first', () => {
    const problems = [{ path: 'area.gatewayIds.3', sentence: 'No such gateway.' }];
    expect(mistakeAt('area.gatewayIds', new Map(), problems)).toBe('No such gateway.');
    expect(mistakeAt('area.gatewayIds', new Map([['area.gatewayIds', 'Own.']]), problems)).toBe('Own.');
    expect(mistakeAt('area', new Map(), [{ path: 'areas', sentence: 'Another.' }])).toBeUndefined();
  });
});
