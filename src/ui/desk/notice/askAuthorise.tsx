import { useState } from 'preact/hooks';
import type { Notice } from '../../../contract/desk.ts';
import type { RefusalBody } from '../../shared/api.ts';
import { Ask } from '../../shared/parts/ask.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { RefusalNote } from '../../shared/parts/words.tsx';
import { useDesk } from '../context.ts';
import { ForecastView } from '../parts/forecast.tsx';
import { KindBand } from '../parts/kind.tsx';
import { NoticeSummaryFacts } from './noticeFacts.tsx';
import { useSecondAct } from './useSecondAct.tsx';

interface AskProps {
  readonly notice: Notice;
  readonly onClose: () => void;
}

/** The second person reads the whole notice and its forecast, and only then can agree. */
export function AskAuthorise({ notice: given, onClose }: AskProps) {
  const { api } = useDesk();
  const [notice, setNotice] = useState(given);
  const [refusal, setRefusal] = useState<RefusalBody>();
  const { isReady, fields } = useSecondAct(notice, 'I have read all of this and agree to it.');
  const path = `notices/${encodeURIComponent(notice.noticeId)}`;

  async function renew(): Promise<void> {
    const found = await api.post<Notice>(`${path}/forecast`, {});
    if (found.ok) setNotice(found.value);
    setRefusal(found.ok ? undefined : found.refusal);
  }

  return (
    <Ask
      title="Read before you authorise"
      verb={notice.isRehearsal ? 'Authorise the rehearsal' : 'Authorise the real notice'}
      tone={notice.isRehearsal ? 'rehearsal' : 'main'}
      isReady={isReady}
      onClose={onClose}
      onDo={async () => {
        const done = await api.post<Notice>(`${path}/authorise`, { forecastAt: notice.forecast.at });
        return done.ok ? undefined : done.refusal;
      }}
    >
      <KindBand isRehearsal={notice.isRehearsal} realWords="Once sent it moves load in homes." />
      <p class="muted">
        Drafted by {notice.drafted.by}, <Instant at={notice.drafted.at} />
      </p>
      <NoticeSummaryFacts notice={notice} />
      {notice.warnings.map(({ path: at, sentence }) => (
        <p key={at + sentence} class="note warn">
          {sentence}
        </p>
      ))}
      <div class="note stack close">
        <div class="row apart">
          <span>
            Forecast of <Instant at={notice.forecast.at} />
          </span>
          <button type="button" class="button" onClick={renew}>
            Make it anew
          </button>
        </div>
        <ForecastView forecast={notice.forecast} />
        <RefusalNote refusal={refusal} />
      </div>
      {fields}
    </Ask>
  );
}
