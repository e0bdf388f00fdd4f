import { useState } from 'preact/hooks';
import type { Board, LiveEvent, Notice } from '../../../contract/desk.ts';
import { useFetched } from '../../shared/hooks.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Waiting } from '../../shared/parts/words.tsx';
import { useDesk, useLive } from '../context.ts';
import { withBoardEvent } from '../logic/boardUpdates.ts';
import { BoardFigures } from './boardFigures.tsx';
import { RefusedCauses } from './refusedCauses.tsx';
import { ReliefChart } from './reliefChart.tsx';
import { StageBar, type StageFilter } from './stageBar.tsx';

type BoardEvent = Extract<LiveEvent, { event: 'board' }>;

interface BoardViewProps {
  readonly notice: Notice;
  /** Which gateways the table shows; the bar of stages chooses it. */
  readonly stage: StageFilter;
  readonly onStage: (stage: StageFilter) => void;
}

/** The live board: how many are where, and what it brings. */
export function BoardView({ notice, stage, onStage }: BoardViewProps) {
  const { api, live } = useDesk();
  const fetched = useFetched<Board>(api, `notices/${encodeURIComponent(notice.noticeId)}/board`);
  const board = useLiveBoard(fetched.value, fetched.reload);
  if (board === undefined) return <Waiting refusal={fetched.refusal} />;
  return (
    <section class="stack" aria-label="Live board">
      <div class="row apart">
        <h2>Board</h2>
        <span class={`small ${live.kind === 'live' ? 'muted' : 'mistake'}`}>
          {live.kind === 'live' ? 'Live, as of ' : 'Not live: as of '}
          <Instant at={board.at} />
        </span>
      </div>
      <BoardFigures board={board} />
      <StageBar counts={board.counts} chosen={stage} onChoose={onStage} />
      <div class="halves">
        <ReliefChart board={board} notice={notice} />
        <RefusedCauses counts={board.counts} />
      </div>
    </section>
  );
}

/** What was fetched, and every event since. */
function useLiveBoard(fetched: Board | undefined, reload: () => void): Board | undefined {
  const [events, setEvents] = useState<{ base: Board | undefined; board: Board | undefined }>({
    base: undefined,
    board: undefined,
  });
  const current = events.base === fetched ? events.board : fetched;
  useLive((event) => {
    if (event.event === 'gap') reload();
    if (event.event !== 'board') return;
    const heard: BoardEvent = event;
    setEvents((before) => {
      const known = before.base === fetched ? before.board : fetched;
      return { base: fetched, board: known === undefined ? undefined : withBoardEvent(known, heard) };
    });
  });
  return current ?? fetched;
}
