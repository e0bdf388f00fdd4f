import { describe, expect, it } from 'vitest';
import type { AreaSummary, Board, BoardPage, BoardRow, Notice } from '../../src/contract/desk.ts';
import { noticeStateSchema, STAGES } from '../../src/contract/desk.ts';
import { REFUSALS } from '../../src/domain/restriction.ts';
import { chooseAreas, totalOf } from '../../src/ui/desk/logic/areaList.ts';
import { withBoardEvent, withRows } from '../../src/ui/desk/logic/boardUpdates.ts';
import { lifeOf, possibility, progressOf } from '../../src/ui/desk/logic/life.ts';
import { readChoice, reportPath } from '../../src/ui/desk/logic/reportAddress.ts';
import {
  adviceFor,
  areaWords,
  REFUSAL_ADVICE,
  rowRemark,
  STAGE_WORDS,
  STATE_WORDS,
} from '../../src/ui/desk/logic/words.ts';

const AT = '2026-11-22T18:00:00.000Z';
const DRAFTED = {
  noticeId: 'n-1',
  state: 'drafted',
  isRehearsal: true,
  area: { kind: 'feeder', areaId: 'high-street-1' },
  durationSeconds: 3_600,
  drafted: { by: 'ada.price', at: AT },
  cancel: 'none',
  possible: [{ action: 'authorise', isPossible: false, sentence: 'You drafted it.' }],
} as unknown as Notice;

function standings(notice: Notice) {
  return lifeOf(notice).map(({ name, standing }) => `${name}: ${standing}`);
}

describe('the life of a notice', () => {
  it.each<[Notice['state'], readonly string[]]>([
    ['drafted', ['Drafted: now', 'Authorised: open', 'Sent: open', 'In force: open', 'Over: open']],
    ['authorised', ['Drafted: done', 'Authorised: now', 'Sent: open', 'In force: open', 'Over: open']],
    ['sending', ['Drafted: done', 'Authorised: done', 'Sending: now', 'In force: open', 'Over: open']],
    ['waiting', ['Drafted: done', 'Authorised: done', 'Sent: now', 'In force: open', 'Over: open']],
    ['live', ['Drafted: done', 'Authorised: done', 'Sent: done', 'In force: now', 'Over: open']],
    ['over', ['Drafted: done', 'Authorised: done', 'Sent: done', 'In force: done', 'Over: now']],
  ])('%s', (state, told) => {
    expect(standings({ ...DRAFTED, state })).toEqual(told);
  });

  it('ends where it was discarded', () => {
    const discarded = { by: 'ben.okafor', at: AT, reason: 'not needed' };
    expect(standings({ ...DRAFTED, state: 'discarded', discarded })).toEqual([
      'Drafted: done',
      'Authorised: left',
      'Discarded: now',
    ]);
  });

  it('tells how much of its time is over, between none and all of it', () => {
    const times = { publishedAt: AT, endsAt: '2026-11-22T19:00:00.000Z' };
    const at = (time: string) => progressOf(times, Date.parse(`2026-11-22T${time}:00Z`));
    expect([at('17:00'), at('18:15'), at('20:00')]).toEqual([0, 0.25, 1]);
    expect(progressOf({ publishedAt: AT }, Date.parse(AT))).toBeUndefined();
  });

  it('is not open to anybody for what the desk does not name', () => {
    expect(possibility(DRAFTED, 'authorise')).toMatchObject({
      isPossible: false,
      sentence: 'You drafted it.',
    });
    expect(possibility(DRAFTED, 'send').isPossible).toBe(false);
  });
});

describe('words', () => {
  it('are there for every state, stage and cause of refusal', () => {
    expect(Object.keys(STATE_WORDS).sort()).toEqual([...noticeStateSchema.options].sort());
    expect(Object.keys(STAGE_WORDS).sort()).toEqual([...STAGES].sort());
    expect(Object.keys(REFUSAL_ADVICE).sort()).toEqual(Object.keys(REFUSALS).sort());
    expect(adviceFor('somethingNewer')).toBeUndefined();
  });

  it('name an area', () => {
    expect(areaWords({ kind: 'substation', areaId: 'ss-1' })).toBe('Substation ss-1');
    expect(areaWords({ kind: 'gateways', gatewayIds: ['gw-1'] })).toBe('1 single gateway');
  });

  it('say everything that is odd about a row, and nothing where nothing is', () => {
    const row: BoardRow = { gatewayId: 'gw-1', consent: 'given', isReachable: true, stage: 'started' };
    expect(rowRemark(row)).toBe('');
    expect(rowRemark({ ...row, stage: 'refused', code: 'noConsent', isReachable: false })).toBe(
      'noConsent; not reachable',
    );
    expect(
      rowRemark({
        ...row,
        stage: 'released',
        endedAs: 'withdrawn',
        trimmedToSeconds: 1_800,
        flooredLoads: 2,
      }),
    ).toBe('withdrawn; cut to 30 min by the agreement; 2 essential loads left alone');
  });
});

describe('the board', () => {
  const series = Array.from({ length: 480 }, (_, index) => ({
    at: `p${index}`,
    measuredW: index,
    active: 1,
  }));
  const board = { noticeId: 'n-1', at: AT, series } as unknown as Board;
  const figures = { noticeId: 'n-1', at: 'later' } as unknown as Omit<Board, 'series'>;

  it('takes the figures and puts the newest point at the end, once', () => {
    const point = { at: 'p480', measuredW: 7, active: 2 };
    const once = withBoardEvent(
      { ...board, series: series.slice(0, 3) },
      { event: 'board', board: figures, point },
    );
    expect(once.at).toBe('later');
    expect(once.series.map(({ at }) => at)).toEqual(['p0', 'p1', 'p2', 'p480']);
    expect(withBoardEvent(once, { event: 'board', board: figures, point }).series).toBe(once.series);
  });

  it('keeps the line whole when it grows too long', () => {
    const point = { at: 'p480', measuredW: 7, active: 2 };
    const thinned = withBoardEvent(board, { event: 'board', board: figures, point }).series;
    expect(thinned.length).toBeLessThan(300);
    expect([thinned[0]?.at, thinned.at(-1)?.at]).toEqual(['p0', 'p480']);
  });

  it('leaves another notice alone', () => {
    const other = { ...figures, noticeId: 'n-2' };
    expect(withBoardEvent(board, { event: 'board', board: other })).toBe(board);
  });

  it('changes only the rows that are shown, and is the same page when none of them has changed', () => {
    const row = (gatewayId: string, stage: BoardRow['stage']): BoardRow => ({
      gatewayId,
      consent: 'given',
      isReachable: true,
      stage,
    });
    const page: BoardPage = {
      total: 2,
      page: 1,
      pageSize: 50,
      rows: [row('gw-1', 'asked'), row('gw-2', 'asked')],
    };
    expect(withRows(page, [row('gw-9', 'started')])).toBe(page);
    const changed = withRows(page, [row('gw-2', 'started')]);
    expect(changed.rows.map(({ stage }) => stage)).toEqual(['asked', 'started']);
    expect(changed.rows[0]).toBe(page.rows[0]);
  });
});

describe('the areas', () => {
  const area = (areaId: string, kind: AreaSummary['kind'], importW: number, live = 0): AreaSummary => ({
    areaId,
    kind,
    distributor: '20',
    homes: 10,
    consenting: 8,
    reachable: 9,
    load: { importW, chargePointsW: 1, known: importW === 0 ? 0 : 9, unknown: 1 },
    liveNotices: Array.from({ length: live }, () => ({ noticeId: 'n-1', isRehearsal: true })),
  });

  it('are added up over the feeders alone, so that no home counts twice', () => {
    const total = totalOf([
      area('f-1', 'feeder', 100),
      area('f-2', 'feeder', 50),
      area('ss-1', 'substation', 150),
    ]);
    expect(total).toMatchObject({ homes: 20, importW: 150, unknown: 2 });
    expect(totalOf([area('f-1', 'feeder', 0)]).importW).toBeUndefined();
  });

  it('come with those under a notice first, then the heaviest', () => {
    const all = [area('f-1', 'feeder', 1), area('f-2', 'feeder', 3), area('f-3', 'feeder', 2, 1)];
    expect(chooseAreas(all, '').map(({ areaId }) => areaId)).toEqual(['f-3', 'f-2', 'f-1']);
    expect(chooseAreas(all, ' F-1 ').map(({ areaId }) => areaId)).toEqual(['f-1']);
  });
});

it('a report has an address only when it is said for whom it is', () => {
  const choice = readChoice(new URLSearchParams('kind=supplier'));
  expect(reportPath('n-1', choice, 'csv')).toBeUndefined();
  expect(reportPath('n-1', { ...choice, supplier: 'BRIT' }, 'csv')).toBe(
    'notices/n-1/reports/supplier?format=csv&supplier=BRIT',
  );
  expect(reportPath('n-1', readChoice(new URLSearchParams('kind=nonsense')), 'html')).toBe(
    'notices/n-1/reports/ofgem?format=html',
  );
});
