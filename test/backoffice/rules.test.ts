import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDraft, type DraftContext, readDraft } from '../../src/backoffice/notices/checkDraft.ts';
import { forecastOf } from '../../src/backoffice/notices/forecast.ts';
import { hindranceOf, NOTICE_ACTIONS, type Person } from '../../src/backoffice/notices/fourEyes.ts';
import { isLooser, measureText } from '../../src/backoffice/notices/measure.ts';
import { advance, hasObeyed, NO_PROGRESS } from '../../src/backoffice/notices/progress.ts';
import type { NoticeRecord } from '../../src/backoffice/notices/record.ts';
import { stateOf } from '../../src/backoffice/notices/record.ts';
import type { GatewayRecord } from '../../src/backoffice/registry/rules.ts';
import { suppressParts } from '../../src/backoffice/reports/ofgem.ts';
import { type Draft, ROLES } from '../../src/contract/desk.ts';
import type { ReceiptMessage } from '../../src/contract/receipt.ts';
import { type Measure, RECEIPT_STATUSES, type ReceiptStatus } from '../../src/domain/restriction.ts';
import { exampleDraft } from './standing.ts';

const NOW = Date.UTC(2026, 0, 5, 17);
const MINUTE_MS = 60_000;

function noticeRecord(change: Partial<NoticeRecord> = {}): NoticeRecord {
  const forecast = forecastOf({ kind: 'loadSwitchOpen' }, [], NOW);
  return {
    noticeId: 'n-1',
    draft: exampleDraft(),
    forecast,
    warnings: [],
    drafted: { by: 'anna', atUtcMs: NOW },
    ...change,
  };
}

function sentRecord(change: Partial<NoticeRecord> & { startsAtUtcMs?: number } = {}): NoticeRecord {
  const { startsAtUtcMs = NOW, ...rest } = change;
  const draft = rest.draft ?? exampleDraft();
  const endsAtUtcMs = startsAtUtcMs + draft.durationSeconds * 1_000;
  return noticeRecord({
    authorised: { by: 'bob', atUtcMs: NOW },
    sent: {
      by: 'anna',
      atUtcMs: NOW,
      sequence: 1,
      jws: 'a.b.c',
      sha256: '0'.repeat(64),
      keyId: 'k',
      startsAtUtcMs,
      endsAtUtcMs,
      expiresAtUtcMs: endsAtUtcMs,
    },
    publishedAtUtcMs: NOW,
    ...rest,
  });
}

const anyPerson: fc.Arbitrary<Person> = fc.record({
  name: fc.constantFrom('anna', 'bob', 'carl'),
  roles: fc.subarray([...ROLES]),
});

describe('four eyes', () => {
  it('nobody stands for two, whatever roles they have and in whatever order things are done', () => {
    const step = fc.tuple(fc.constantFrom(...NOTICE_ACTIONS), anyPerson, fc.nat(3_000_000));
    fc.assert(
      fc.property(anyPerson, fc.array(step, { maxLength: 12 }), (drafter, steps) => {
        let notice = noticeRecord({ drafted: { by: drafter.name, atUtcMs: NOW } });
        for (const [action, person, laterMs] of steps) {
          const utcMs = NOW + laterMs;
          if (hindranceOf(action, notice, person, { utcMs, isOver: false }) !== undefined) continue;
          notice = taken(notice, action, person.name, utcMs);
          if (notice.authorised !== undefined) expect(notice.authorised.by).not.toBe(notice.drafted.by);
          if (notice.sent !== undefined) expect(notice.authorised).toBeDefined();
          const { cancel } = notice;
          if (cancel?.authorised !== undefined) {
            expect(cancel.authorised.by).not.toBe(cancel.asked.by);
            expect(notice.sent).toBeDefined();
          }
          if (notice.discarded !== undefined) expect(notice.sent).toBeUndefined();
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(NOTICE_ACTIONS)('a viewer and a registrar can never %s', (action) => {
    const person: Person = { name: 'vera', roles: ['viewer', 'registrar'] };
    for (const notice of [noticeRecord(), sentRecord()]) {
      expect(hindranceOf(action, notice, person, { utcMs: NOW, isOver: false })?.code).toBe('notAllowed');
    }
  });

  it('every step names why it cannot be taken', () => {
    const everybody: Person = { name: 'carl', roles: [...ROLES] };
    const at = (notice: NoticeRecord, isOver = false) =>
      NOTICE_ACTIONS.map((action) => hindranceOf(action, notice, everybody, { utcMs: NOW, isOver })?.code);
    const wrong = 'wrongState';
    //                    authorise  send  discard  ask  authoriseCancel  refuseCancel
    expect(at(noticeRecord())).toEqual([undefined, wrong, undefined, wrong, wrong, wrong]);
    const authorised = { by: 'bob', atUtcMs: NOW };
    expect(at(noticeRecord({ authorised }))).toEqual([wrong, undefined, undefined, wrong, wrong, wrong]);
    expect(at(sentRecord())).toEqual([wrong, wrong, wrong, undefined, wrong, wrong]);
    const cancel = { reason: 'enough', asked: { by: 'anna', atUtcMs: NOW } };
    expect(at(sentRecord({ cancel }))).toEqual([wrong, wrong, wrong, wrong, undefined, undefined]);
    expect(at(sentRecord({ cancel }), true)).toEqual([wrong, wrong, wrong, wrong, wrong, wrong]);
    const discarded = { by: 'bob', atUtcMs: NOW, reason: 'no need' };
    expect(at(noticeRecord({ discarded }))).toEqual([wrong, wrong, wrong, wrong, wrong, wrong]);
  });
});

function taken(notice: NoticeRecord, action: string, by: string, atUtcMs: number): NoticeRecord {
  const deed = { by, atUtcMs };
  const signed = { ...deed, sequence: 1, jws: 'a.b.c', sha256: '0'.repeat(64), keyId: 'k' };
  switch (action) {
    case 'authorise':
      return { ...notice, authorised: deed };
    case 'send':
      return {
        ...notice,
        sent: { ...signed, startsAtUtcMs: atUtcMs, endsAtUtcMs: atUtcMs + 1, expiresAtUtcMs: atUtcMs + 1 },
      };
    case 'discard':
      return { ...notice, discarded: { ...deed, reason: 'no need' } };
    case 'askCancel':
      return { ...notice, cancel: { reason: 'enough', asked: deed } };
    case 'authoriseCancel':
      return notice.cancel === undefined
        ? notice
        : { ...notice, cancel: { ...notice.cancel, authorised: signed } };
    default: {
      const { cancel: _, ...rest } = notice;
      return rest;
    }
  }
}

function gateway(change: Partial<GatewayRecord> = {}): GatewayRecord {
  const figures = {
    atUtcMs: NOW,
    phaseCurrentsA: [30],
    chargePoints: [{ loadId: 'charge-point', currentsA: [20] }],
    switchedW: 1_000,
    switchedUnmeasured: 0,
  };
  return {
    gatewayId: 'home-1',
    distributor: '12',
    feeder: 'feeder-12',
    consent: 'given',
    isOnline: true,
    lastSeenUtcMs: NOW,
    figures,
    ...change,
  };
}

const CONTEXT: DraftContext = {
  nowUtcMs: NOW,
  distributors: ['12'],
  caps: { longestSeconds: 7_200, longestInDaySeconds: 7_200 },
  members: [gateway()],
  notices: [],
};

function problemPaths(draft: Partial<Draft>, context: Partial<DraftContext> = {}): readonly string[] {
  return checkDraft(exampleDraft(draft), { ...CONTEXT, ...context }).problems.map(({ path }) => path);
}

const at = (minutes: number): string => new Date(NOW + minutes * MINUTE_MS).toISOString();
const basis = (change: Partial<Draft['basis']>): Partial<Draft> => ({
  basis: { ...exampleDraft().basis, ...change },
});

describe('a draft', () => {
  it('with nothing wrong has neither problems nor warnings', () => {
    expect(checkDraft(exampleDraft(), CONTEXT)).toEqual({ problems: [], warnings: [] });
  });

  it.each<[string, Partial<Draft>, Partial<DraftContext>, readonly string[]]>([
    ['by a distributor without a key', { issuer: '99' }, {}, ['issuer']],
    ['for an area that nobody is in', {}, { members: [] }, ['area']],
    ['for homes of another distributor', {}, { members: [gateway({ distributor: '13' })] }, ['area']],
    [
      'for a gateway that is not registered',
      { area: { kind: 'gateways', gatewayIds: ['home-1', 'home-2'] } },
      {},
      ['area.gatewayIds'],
    ],
    ['longer than households agreed to', { durationSeconds: 7_201 }, {}, ['durationSeconds']],
    ['as long as households agreed to', { durationSeconds: 7_200 }, {}, []],
    ['that began', { startsAt: at(-2) }, {}, ['startsAt']],
    ['that begins now', { startsAt: at(0) }, {}, []],
    ['that begins in a day', { startsAt: at(1_440) }, {}, []],
    ['that begins in more than a day', { startsAt: at(1_441) }, {}, ['startsAt']],
    ['with a blank reason', { reason: '         .' }, {}, ['reason']],
    ['with no word how it was established', basis({ established: 'we know' }), {}, ['basis.established']],
    ['with no service', basis({ flexibilityService: '  ' }), {}, ['basis.flexibilityService']],
    ['with customers told later', basis({ customersToldAt: at(1) }), {}, ['basis.customersToldAt']],
    ['with suppliers told later', basis({ suppliersToldAt: at(1) }), {}, ['basis.suppliersToldAt']],
    ['in the place of one that is not there', { supersedes: 'n-9' }, {}, ['supersedes']],
    [
      'in the place of one that was not sent',
      { supersedes: 'n-1' },
      { notices: [{ notice: noticeRecord(), active: 0 }] },
      ['supersedes'],
    ],
    [
      'in the place of one that is over',
      { supersedes: 'n-1' },
      { notices: [{ notice: sentRecord({ startsAtUtcMs: NOW - 60 * MINUTE_MS }), active: 0 }] },
      ['supersedes'],
    ],
    [
      'a rehearsal in the place of one in earnest',
      { supersedes: 'n-1', rehearsal: true },
      { notices: [{ notice: sentRecord(), active: 1 }] },
      ['supersedes'],
    ],
    [
      'in the place of a live one',
      { supersedes: 'n-1' },
      { notices: [{ notice: sentRecord(), active: 1 }] },
      [],
    ],
  ])('%s', (_what, draft, context, paths) => {
    expect(problemPaths(draft, context)).toEqual(paths);
  });

  it('counts the time that was used in 24 hours, less what was ended early, and none of a rehearsal', () => {
    const used = (change: Partial<NoticeRecord>, durationSeconds = 5_400) => {
      const draft = exampleDraft({ durationSeconds, ...(change.draft ?? {}) });
      return {
        notices: [
          { notice: sentRecord({ startsAtUtcMs: NOW - 300 * MINUTE_MS, ...change, draft }), active: 0 },
        ],
      };
    };
    expect(problemPaths({}, used({}))).toEqual([]);
    expect(problemPaths({ durationSeconds: 1_801 }, used({}))).toEqual(['durationSeconds']);
    expect(problemPaths({ durationSeconds: 1_801, rehearsal: true }, used({}))).toEqual([]);
    const cancel = {
      reason: 'enough',
      asked: { by: 'a', atUtcMs: NOW },
      publishedAtUtcMs: NOW - 290 * MINUTE_MS,
    };
    expect(problemPaths({ durationSeconds: 6_600 }, used({ cancel }))).toEqual([]);
    expect(problemPaths({ durationSeconds: 6_601 }, used({ cancel }))).toEqual(['durationSeconds']);
  });

  it('may stand behind one tighter notice, with a warning; a second looser one is a problem', () => {
    const live = (noticeId: string, ceilingA: number) => ({
      notice: sentRecord({
        noticeId,
        draft: exampleDraft({ measure: { kind: 'chargePointCeiling', ceilingA } }),
      }),
      active: 1,
    });
    const measure: Measure = { kind: 'chargePointCeiling', ceilingA: 10 };
    const behindOne = checkDraft(exampleDraft({ measure }), { ...CONTEXT, notices: [live('n-1', 6)] });
    expect(behindOne).toMatchObject({ problems: [], warnings: [{ path: 'measure' }] });
    const notices = [live('n-1', 6), live('n-2', 8)];
    expect(
      problemPaths({ measure }, { notices, caps: { longestSeconds: 7_200, longestInDaySeconds: 86_400 } }),
    ).toEqual(['measure']);
    expect(problemPaths({ measure: { kind: 'chargePointCeiling', ceilingA: 4 } }, { notices })).toEqual([]);
  });

  it('whose shape is wrong names each field', () => {
    const { basis: _, ...rest } = exampleDraft();
    const reading = readDraft({ ...rest, durationSeconds: 'long', rumour: true });
    expect(reading.ok ? [] : reading.problems.map(({ path }) => path).sort()).toEqual([
      'basis',
      'durationSeconds',
      'rumour',
    ]);
  });
});

describe('measures', () => {
  it.each<[Measure, string]>([
    [{ kind: 'chargePointCeiling', ceilingA: 6 }, 'Charge points to 6 A'],
    [{ kind: 'chargePointCeiling', ceilingA: 0 }, 'Charge points paused'],
    [
      { kind: 'chargePointCeiling', percentOfRating: 50, floor: 6 },
      'Charge points to 50 % of their rating, but never below 6 A',
    ],
    [{ kind: 'importCeiling', basis: 'phaseCurrentA', ceiling: 16 }, 'Import to 16 A per phase'],
    [{ kind: 'exportCeiling', basis: 'activePowerW', ceiling: 0 }, 'Export to 0 W'],
    [{ kind: 'loadSwitchOpen' }, 'Switched loads off'],
  ])('%o is said as "%s"', (measure, text) => {
    expect(measureText(measure)).toBe(text);
  });

  it('compare only with their like', () => {
    const ceiling = (ceilingA: number, floor = 0): Measure => ({
      kind: 'chargePointCeiling',
      ceilingA,
      floor,
    });
    expect(isLooser(ceiling(10), ceiling(6))).toBe(true);
    expect(isLooser(ceiling(6), ceiling(6))).toBe(false);
    expect(isLooser(ceiling(0, 8), ceiling(6))).toBe(true);
    expect(isLooser({ kind: 'chargePointCeiling', percentOfRating: 90 }, ceiling(6))).toBe(false);
    expect(isLooser({ kind: 'loadSwitchOpen' }, ceiling(6))).toBe(false);
  });
});

describe('the forecast of relief', () => {
  const reliefW = (measure: Measure, change: Partial<GatewayRecord> = {}) =>
    forecastOf(measure, [gateway(change)], NOW).reliefW;

  it.each<[string, Measure, number]>([
    ['charge points to 6 A', { kind: 'chargePointCeiling', ceilingA: 6 }, 14 * 230],
    [
      'charge points to 6 A with a floor of 10 A',
      { kind: 'chargePointCeiling', ceilingA: 6, floor: 10 },
      10 * 230,
    ],
    ['charge points to half of their rating', { kind: 'chargePointCeiling', percentOfRating: 50 }, 4 * 230],
    ['import to 16 A', { kind: 'importCeiling', basis: 'phaseCurrentA', ceiling: 16 }, 14 * 230],
    [
      'import to nothing, of which only a part can be moved',
      { kind: 'importCeiling', basis: 'activePowerW', ceiling: 0 },
      20 * 230 + 1_000,
    ],
    ['export, of which there is none', { kind: 'exportCeiling', basis: 'activePowerW', ceiling: 0 }, 0],
    ['switched loads off', { kind: 'loadSwitchOpen' }, 1_000],
  ])('%s', (_what, measure, expected) => {
    expect(reliefW(measure)).toBe(expected);
  });

  it('counts none from a home that is away, silent, stale or has not agreed, and says of how many nothing is known', () => {
    const measure: Measure = { kind: 'chargePointCeiling', ceilingA: 6 };
    const stale = { ...gateway().figures, atUtcMs: NOW - 301_000, switchedW: 0, switchedUnmeasured: 0 };
    const { figures: _, ...silent } = gateway();
    const homes = [
      gateway(),
      gateway({ isOnline: false }),
      gateway({ figures: stale }),
      silent,
      gateway({ consent: 'withdrawn' }),
    ];
    expect(forecastOf(measure, homes, NOW)).toMatchObject({
      homes: 5,
      consenting: 4,
      counted: 1,
      unknown: 3,
      reliefW: 14 * 230,
      remarks: [expect.stringContaining('3 consenting homes')],
    });
  });

  it('an unknown charge point is unknown, not zero', () => {
    const { chargePoints: _, ...rest } = gateway().figures ?? {
      atUtcMs: 0,
      switchedW: 0,
      switchedUnmeasured: 0,
    };
    const forecast = forecastOf(
      { kind: 'chargePointCeiling', ceilingA: 6 },
      [gateway({ figures: rest })],
      NOW,
    );
    expect(forecast).toMatchObject({ counted: 0, unknown: 1, reliefW: 0 });
  });
});

describe('the progress of a gateway', () => {
  const receipt = (
    status: ReceiptStatus,
    second: number,
    change: Partial<ReceiptMessage> = {},
  ): ReceiptMessage => ({
    schema: 'loadgate.receipt/1',
    gatewayId: 'home-1',
    status,
    noticeId: 'n-1',
    sha256: '0'.repeat(64),
    at: new Date(NOW + second * 1_000).toISOString(),
    runningMs: second * 1_000,
    clockLevel: 'synced',
    rehearsal: false,
    adjustments: [],
    ...change,
  });

  it('is the same whatever the order of the receipts, and however often they come', () => {
    const anyReceipt = fc
      .record({
        status: fc.constantFrom(...(Object.keys(RECEIPT_STATUSES) as ReceiptStatus[])),
        second: fc.nat(20),
        beforeW: fc.option(fc.nat(5_000), { nil: undefined }),
        trim: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      })
      .map(({ status, second, beforeW, trim }) =>
        receipt(status, second, {
          ...(status === 'refused' ? { code: 'noConsent', cause: 'never' } : {}),
          ...(beforeW === undefined
            ? {}
            : { effect: { before: { meanW: beforeW, coveredSeconds: 60 }, excursions: 0 } }),
          ...(trim === undefined
            ? {}
            : { adjustments: [{ kind: 'trimmed', toSeconds: trim, by: 'single' }] }),
          startsAt: new Date(NOW + second).toISOString(),
        }),
      );
    const shuffledPair = fc
      .array(anyReceipt, { minLength: 1, maxLength: 8 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
      );
    fc.assert(
      fc.property(shuffledPair, ([list, shuffled]) => {
        expect(shuffled.reduce(advance, NO_PROGRESS)).toEqual(list.reduce(advance, NO_PROGRESS));
      }),
      { numRuns: 1_000 },
    );
  });

  it('a refusal gives way to a later acceptance, and a start cannot be taken back', () => {
    const refused = receipt('refused', 1, { code: 'clockUntrusted' });
    const once = [refused, receipt('received', 2), receipt('started', 3)].reduce(advance, NO_PROGRESS);
    expect(once.stage).toBe('started');
    expect(advance(once, receipt('refused', 9, { code: 'idReused' })).stage).toBe('started');
  });

  it('one that was withdrawn before it began has not obeyed', () => {
    const never = [receipt('received', 1), receipt('withdrawn', 2), receipt('released', 3)].reduce(
      advance,
      NO_PROGRESS,
    );
    expect([never.stage, hasObeyed(never)]).toEqual(['released', false]);
    expect(hasObeyed(advance(never, receipt('started', 1)))).toBe(true);
  });
});

describe('the state of a notice', () => {
  it.each<[string, NoticeRecord, number, number, string]>([
    ['drafted', noticeRecord(), 0, 0, 'drafted'],
    ['authorised', noticeRecord({ authorised: { by: 'bob', atUtcMs: NOW } }), 0, 0, 'authorised'],
    ['before its beginning', sentRecord({ startsAtUtcMs: NOW + MINUTE_MS }), 0, 0, 'waiting'],
    ['from its beginning on', sentRecord(), 0, 0, 'live'],
    ['past its end, in force somewhere', sentRecord(), 1, 31, 'live'],
    ['past its end, in force nowhere', sentRecord(), 0, 30, 'over'],
    ['past every end, whatever was told', sentRecord(), 1, 75, 'over'],
    ['taken back, in force somewhere', sentRecord({ supersededBy: 'n-2' }), 1, 1, 'live'],
    ['taken back, in force nowhere', sentRecord({ supersededBy: 'n-2' }), 0, 1, 'over'],
  ])('%s', (_what, notice, active, minutes, state) => {
    expect(stateOf(notice, active, NOW + minutes * MINUTE_MS)).toBe(state);
  });

  it('sending, until the broker has it', () => {
    const { publishedAtUtcMs: _, ...signed } = sentRecord();
    expect(stateOf(signed, 0, NOW)).toBe('sending');
  });
});

describe('small numbers', () => {
  it('are left out, and none can be worked out from the others', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }), (parts) => {
        const shown = suppressParts(parts);
        const hidden = shown.flatMap(({ isSuppressed }, index) => (isSuppressed ? [index] : []));
        for (const [index, value] of parts.entries()) {
          if (value > 0 && value < 5) expect(hidden).toContain(index);
        }
        // With the whole known, a single one that is left out is known as well, unless it is all there is.
        if (hidden.length === 1) expect(parts.filter((value) => value > 0)).toHaveLength(1);
      }),
    );
  });
});
