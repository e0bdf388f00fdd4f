import type { Notice } from '../../../contract/desk.ts';
import { counted, duration, power } from '../../shared/format.ts';
import { Ask } from '../../shared/parts/ask.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Fact } from '../../shared/parts/words.tsx';
import { useDesk } from '../context.ts';
import { areaWords } from '../logic/words.ts';
import { KindBand } from '../parts/kind.tsx';
import { useSecondAct } from './useSecondAct.tsx';

interface AskProps {
  readonly notice: Notice;
  readonly onClose: () => void;
}

export function AskSend({ notice, onClose }: AskProps) {
  const { api } = useDesk();
  const { isReady, fields } = useSecondAct(
    notice,
    notice.isRehearsal
      ? 'Send this rehearsal to the homes now.'
      : 'Send this to the homes now. It cannot be called back, only ended early.',
  );
  const { homes, consenting, reliefW } = notice.forecast;
  return (
    <Ask
      title={notice.isRehearsal ? 'Send the rehearsal' : 'Send the real notice'}
      verb={
        notice.isRehearsal
          ? `Send the rehearsal to ${counted(homes, 'home')}`
          : `Send to ${counted(homes, 'home')}`
      }
      tone={notice.isRehearsal ? 'rehearsal' : 'grave'}
      isReady={isReady}
      onClose={onClose}
      onDo={async () => {
        const done = await api.post<Notice>(`notices/${encodeURIComponent(notice.noticeId)}/send`, {});
        return done.ok ? undefined : done.refusal;
      }}
    >
      <KindBand isRehearsal={notice.isRehearsal} realWords="It moves load in homes as soon as it begins." />
      <dl class="facts">
        <Fact name="To">
          {areaWords(notice.area)}: {counted(homes, 'home')}, {counted(consenting, 'home')} agreed
        </Fact>
        <Fact name="What">{notice.measureText}</Fact>
        <Fact name="Begins">
          {notice.draft.startsAt === undefined ? (
            'as each home receives it'
          ) : (
            <Instant at={notice.draft.startsAt} />
          )}
        </Fact>
        <Fact name="Lasts">{duration(notice.durationSeconds)}</Fact>
        <Fact name="Relief to be expected">{power(reliefW)}</Fact>
        {notice.authorised !== undefined && (
          <Fact name="Authorised by">
            {notice.authorised.by}, <Instant at={notice.authorised.at} />
          </Fact>
        )}
      </dl>
      {fields}
    </Ask>
  );
}
