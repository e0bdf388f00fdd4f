import type { Board, BoardPage, BoardRow, LiveEvent } from '../../../contract/desk.ts';

/** More cannot be told apart on the chart. */
const MOST_POINTS = 480;

type BoardEvent = Extract<LiveEvent, { event: 'board' }>;

/** The board after an event: its figures, and its newest point at the end of the line. */
export function withBoardEvent(board: Board, { board: figures, point }: BoardEvent): Board {
  if (figures.noticeId !== board.noticeId) return board;
  const isNew = point !== undefined && point.at !== board.series.at(-1)?.at;
  return { ...figures, series: isNew ? thinned([...board.series, point]) : board.series };
}

/** Every other point is left out when there are too many, so that the line keeps its whole length. */
function thinned(series: Board['series']): Board['series'] {
  if (series.length <= MOST_POINTS) return series;
  return series.filter((_, index) => index % 2 === 0 || index === series.length - 1);
}

/** The page with the rows that changed; the same object when none of them is on it. */
export function withRows(page: BoardPage, changed: readonly BoardRow[]): BoardPage {
  const byId = new Map(changed.map((row) => [row.gatewayId, row]));
  if (!page.rows.some(({ gatewayId }) => byId.has(gatewayId))) return page;
  return { ...page, rows: page.rows.map((row) => byId.get(row.gatewayId) ?? row) };
}
