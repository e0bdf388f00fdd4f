import { useState } from 'preact/hooks';
import type { Notice } from '../../../contract/desk.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { Badge, Waiting } from '../../shared/parts/words.tsx';
import { useDesk, useLive } from '../context.ts';
import { areaWords, STATE_WORDS } from '../logic/words.ts';
import { Acts } from '../notice/acts.tsx';
import { BoardTable } from '../notice/boardTable.tsx';
import { BoardView } from '../notice/boardView.tsx';
import { CancellationNote } from '../notice/cancellationNote.tsx';
import { LifeLine } from '../notice/lifeLine.tsx';
import { NoticeFacts } from '../notice/noticeFacts.tsx';
import type { StageFilter } from '../notice/stageBar.tsx';
import { ForecastView } from '../parts/forecast.tsx';
import { KindBand } from '../parts/kind.tsx';

const SENT = ['sending', 'waiting', 'live', 'over'] as const;

export function NoticePage({ noticeId }: { readonly noticeId: string }) {
  useTitle(`Notice ${noticeId}`);
  const { api } = useDesk();
  const notice = useFetched<Notice>(api, `notices/${encodeURIComponent(noticeId)}`);
  useLive((event) => {
    const isMeant =
      event.event === 'gap' || (event.event === 'notices' && event.noticeIds.includes(noticeId));
    if (isMeant) notice.reload();
  });
  if (notice.value === undefined) return <Waiting refusal={notice.refusal} />;
  return <NoticeView notice={notice.value} onChange={notice.reload} />;
}

function NoticeView({ notice, onChange }: { readonly notice: Notice; readonly onChange: () => void }) {
  const [stage, setStage] = useState<StageFilter>('');
  const isSent = SENT.some((state) => state === notice.state);
  const { name, tone } = STATE_WORDS[notice.state];
  return (
    <div class={`stack ${notice.isRehearsal ? 'rehearsal' : 'real'}`}>
      <div>
        <p class="muted">
          <a href="/notices">Notices</a> / <span class="fixed">{notice.noticeId}</span>
        </p>
        <div class="row">
          <h1>
            {notice.measureText}, {areaWords(notice.area)}
          </h1>
          <Badge tone={tone}>{name}</Badge>
        </div>
      </div>
      <KindBand isRehearsal={notice.isRehearsal} realWords={realWords(notice)} />
      <LifeLine notice={notice} />
      <CancellationNote notice={notice} />
      <Acts notice={notice} onChange={onChange} />
      {isSent && <BoardView notice={notice} stage={stage} onStage={setStage} />}
      <div class="halves">
        <NoticeFacts notice={notice} />
        <section class="card stack close">
          <h2>Forecast when it was drafted</h2>
          <ForecastView forecast={notice.forecast} />
        </section>
      </div>
      {isSent && <BoardTable noticeId={notice.noticeId} stage={stage} onStage={setStage} />}
    </div>
  );
}

function realWords({ state }: Notice): string {
  if (state === 'live' || state === 'sending') return 'It moves load in homes now.';
  if (state === 'over') return 'It has moved load in homes.';
  if (state === 'discarded') return 'It was given up and has moved nothing.';
  return 'Once sent it moves load in homes.';
}
