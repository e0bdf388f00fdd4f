import { describe, expect, it } from 'vitest';
import { type Admission, type AdmissionContext, admit } from '../../../src/core/restrictions/admit.ts';
import { NO_RESTRICTIONS, withAnswer } from '../../../src/core/restrictions/memory.ts';
import type { RestrictionCommand } from '../../../src/domain/restriction.ts';
import {
  AGREED,
  cancelOf,
  context,
  HOME,
  HOUR_MS,
  hashOf,
  held,
  MINUTE_MS,
  NOTICE,
  noticeWith,
  signed,
  synced,
  UTC_MS,
} from './notices.ts';

function codeOf(
  command: RestrictionCommand,
  change: Partial<AdmissionContext> = {},
  sha256?: string,
): string {
  const admission: Admission = admit(signed(command, sha256), context(change));
  return admission.kind === 'refused' ? admission.code : admission.kind;
}

/** n1 was taken. */
const HOLDING = {
  ...withAnswer(NO_RESTRICTIONS, {
    kind: 'notice' as const,
    noticeId: 'n1',
    issuer: '20',
    sha256: hashOf('n1'),
    outcome: 'taken' as const,
  }),
  highWaterMarks: { '20 feeder:f12': 1 },
  held: [held()],
};

describe('a restriction notice', () => {
  it('is taken when everything is in order', () => {
    const admission = admit(signed(NOTICE), context());
    expect(admission).toMatchObject({
      kind: 'taken',
      held: { startsAtMs: 0, endsAtMs: HOUR_MS, adjustments: [] },
    });
  });

  it('is for the feeder, the substation, or the gateways that it names', () => {
    expect(codeOf(noticeWith({ area: { kind: 'feeder', areaId: 'f13' } }))).toBe('notAddressed');
    expect(codeOf(noticeWith({ area: { kind: 'substation', areaId: 's3' } }))).toBe('taken');
    expect(codeOf(noticeWith({ area: { kind: 'gateways', gatewayIds: ['home-2'] } }))).toBe('notAddressed');
    expect(codeOf(noticeWith({ area: { kind: 'gateways', gatewayIds: ['home-2', 'home-1'] } }))).toBe(
      'taken',
    );
    const { supply: _, ...unconnected } = HOME;
    expect(codeOf(NOTICE, { site: unconnected })).toBe('notAddressed');
  });

  it('changes nothing when it comes again', () => {
    expect(codeOf(NOTICE, { memory: HOLDING })).toBe('repeated');
  });

  it('is refused under an id that was used for something else', () => {
    const other = noticeWith({ sequence: 2, durationMs: 2 * HOUR_MS });
    expect(codeOf(other, { memory: HOLDING }, hashOf('other'))).toBe('idReused');
  });

  it('needs a sequence above the last one of its issuer and area', () => {
    const memory = HOLDING;
    expect(codeOf(noticeWith({ noticeId: 'n2', sequence: 1 }), { memory })).toBe('lowerSequence');
    expect(codeOf(noticeWith({ noticeId: 'n2', sequence: 2 }), { memory })).toBe('taken');
    const elsewhere = noticeWith({ noticeId: 'n2', area: { kind: 'substation', areaId: 's3' } });
    expect(codeOf(elsewhere, { memory })).toBe('taken');
  });

  it('is not taken after its expiry, by a clock that can only be late as well', () => {
    const late = 10 * MINUTE_MS;
    expect(codeOf(NOTICE, { now: synced(late - 1) })).toBe('taken');
    expect(codeOf(NOTICE, { now: synced(late) })).toBe('expired');
    expect(codeOf(NOTICE, { now: { ...synced(late), clockLevel: 'coarse' } })).toBe('expired');
    expect(codeOf(NOTICE, { now: { ...synced(late), clockLevel: 'none' } })).toBe('taken');
  });

  it('is over when its end has passed, and what has passed of it is not made up for', () => {
    const announced = noticeWith({ startsAtUtcMs: UTC_MS, expiresAtUtcMs: UTC_MS + 24 * HOUR_MS });
    expect(codeOf(announced, { now: synced(HOUR_MS) })).toBe('expired');
    const admission = admit(signed(announced), context({ now: synced(40 * MINUTE_MS) }));
    expect(admission).toMatchObject({
      held: { startsAtMs: 40 * MINUTE_MS, endsAtMs: HOUR_MS },
    });
  });

  it('that begins by the wall clock needs a synced one', () => {
    const announced = noticeWith({ startsAtUtcMs: UTC_MS + MINUTE_MS });
    expect(codeOf(announced, { now: { ...synced(0), clockLevel: 'coarse' } })).toBe('clockUntrusted');
    expect(codeOf(announced)).toBe('taken');
    expect(codeOf(NOTICE, { now: { ...synced(0), clockLevel: 'coarse' } })).toBe('taken');
  });

  it('begins and was issued no further ahead than clocks and plans allow', () => {
    const far = UTC_MS + 24 * HOUR_MS;
    expect(codeOf(noticeWith({ startsAtUtcMs: far }))).toBe('taken');
    expect(codeOf(noticeWith({ startsAtUtcMs: far + 1 }))).toBe('tooFarAhead');
    expect(codeOf(noticeWith({ issuedAtUtcMs: UTC_MS + 5 * MINUTE_MS + 1 }))).toBe('tooFarAhead');
  });

  it('needs the consent of the household to the text that applies', () => {
    expect(codeOf(NOTICE, { ledger: [] })).toBe('noConsent');
    expect(codeOf(NOTICE, { ledger: [{ ...AGREED, action: 'refused' }] })).toBe('noConsent');
    expect(codeOf(NOTICE, { ledger: [AGREED, { ...AGREED, action: 'withdrawn' }] })).toBe('consentWithdrawn');
    expect(codeOf(NOTICE, { ledger: [{ ...AGREED, textVersion: 'dno-1' }] })).toBe('consentOutdated');
    const given = [AGREED, { ...AGREED, action: 'withdrawn' as const }, AGREED];
    expect(codeOf(NOTICE, { ledger: given })).toBe('taken');
    const { restriction: _, ...without } = HOME;
    expect(codeOf(NOTICE, { site: without })).toBe('noConsent');
  });

  it('is cut to what the household agreed to, and refused when nothing of that is left', () => {
    const long = noticeWith({ durationMs: 3 * HOUR_MS });
    expect(admit(signed(long), context())).toMatchObject({
      held: { endsAtMs: 2 * HOUR_MS, adjustments: [{ kind: 'trimmed', toMs: 2 * HOUR_MS, by: 'single' }] },
    });
    const used = { ...NO_RESTRICTIONS, used: [{ fromMs: -HOUR_MS, untilMs: 0 }] };
    expect(admit(signed(long), context({ memory: used }))).toMatchObject({
      held: { adjustments: [{ kind: 'trimmed', toMs: HOUR_MS, by: 'rollingDay' }] },
    });
    const all = { ...NO_RESTRICTIONS, used: [{ fromMs: -2 * HOUR_MS, untilMs: 0 }] };
    expect(codeOf(NOTICE, { memory: all })).toBe('overCap');
  });

  it('leaves what the site plan keeps for essential needs', () => {
    const kept = HOME.loads.map((load) =>
      load.kind === 'chargePoint'
        ? { ...load, floorA: 32 }
        : load.kind === 'switchedLoad'
          ? { ...load, floor: 'closed' as const }
          : load,
    );
    const site = { ...HOME, loads: kept };
    expect(codeOf(NOTICE, { site })).toBe('floor');
    expect(codeOf(noticeWith({ measure: { kind: 'loadSwitchOpen' } }), { site })).toBe('floor');
    const some = HOME.loads.map((load) => (load.kind === 'chargePoint' ? { ...load, floorA: 6 } : load));
    expect(admit(signed(NOTICE), context({ site: { ...HOME, loads: some } }))).toMatchObject({
      held: { adjustments: [{ kind: 'floored', loadIds: ['car'] }] },
    });
  });

  it('is told of the first check that fails, in the order of the checks', () => {
    const wrong = noticeWith({ area: { kind: 'feeder', areaId: 'f13' }, sequence: 1 });
    expect(codeOf(wrong, { memory: HOLDING, ledger: [], now: synced(24 * HOUR_MS) })).toBe('notAddressed');
    const low = noticeWith({ noticeId: 'n2', sequence: 1 });
    expect(codeOf(low, { memory: HOLDING, ledger: [], now: synced(24 * HOUR_MS) })).toBe('lowerSequence');
    const late = noticeWith({ noticeId: 'n2', sequence: 2 });
    expect(codeOf(late, { memory: HOLDING, ledger: [], now: synced(24 * HOUR_MS) })).toBe('expired');
  });
});

describe('a cancel', () => {
  it('needs the id and the proof of the notice that it ends', () => {
    expect(codeOf(cancelOf(), { memory: HOLDING })).toBe('cancels');
    const blind = cancelOf('n1', { cancels: { noticeId: 'n1', sha256: hashOf('guess') } });
    expect(codeOf(blind, { memory: HOLDING })).toBe('wrongState');
  });

  it('of what never came, or is over, is told so', () => {
    expect(codeOf(cancelOf('n9'), { memory: HOLDING })).toBe('undefinedNotice');
    const over = { ...HOLDING, held: [] };
    expect(codeOf(cancelOf(), { memory: over })).toBe('alreadyOver');
  });

  it('of another issuer ends nothing', () => {
    expect(codeOf(cancelOf('n1', { issuer: '17' }), { memory: HOLDING })).toBe('undefinedNotice');
  });

  it('needs the next sequence, and no consent', () => {
    expect(codeOf(cancelOf('n1', { sequence: 1 }), { memory: HOLDING })).toBe('lowerSequence');
    expect(codeOf(cancelOf(), { memory: HOLDING, ledger: [] })).toBe('cancels');
  });
});
