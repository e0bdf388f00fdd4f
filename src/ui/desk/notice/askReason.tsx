import { useState } from 'preact/hooks';
import type { Notice } from '../../../contract/desk.ts';
import { Ask } from '../../shared/parts/ask.tsx';
import { LongTextField } from '../../shared/parts/field.tsx';
import { useDesk } from '../context.ts';
import { KindBand } from '../parts/kind.tsx';
import { useSecondAct } from './useSecondAct.tsx';

type Action = 'discard' | 'askCancel' | 'authoriseCancel' | 'refuseCancel';

interface Question {
  readonly title: string;
  readonly words: string;
  readonly verb: string;
  /** Below `notices/<id>/`. */
  readonly path: string;
  readonly tick: string;
  readonly wantsReason: boolean;
}

const QUESTIONS: Readonly<Record<Action, Question>> = {
  discard: {
    title: 'Discard this notice',
    words: 'It is kept in the record and can never be sent. No home has seen it.',
    verb: 'Discard it',
    path: 'discard',
    tick: 'It is not wanted any more.',
    wantsReason: true,
  },
  askCancel: {
    title: 'Ask for an early end',
    words:
      'A second person has to agree. Then each home lets its loads come back within ten minutes, one after the other.',
    verb: 'Ask for an early end',
    path: 'cancel',
    tick: 'The network no longer needs this notice.',
    wantsReason: true,
  },
  authoriseCancel: {
    title: 'Authorise the early end',
    words:
      'It is signed and sent at once. The load comes back within ten minutes and cannot be held back by this desk.',
    verb: 'End the notice early',
    path: 'cancel/authorise',
    tick: 'I have looked at the network: the load can come back.',
    wantsReason: false,
  },
  refuseCancel: {
    title: 'Do not agree to the early end',
    words: 'The notice goes on to its own end.',
    verb: 'Do not agree',
    path: 'cancel/refuse',
    tick: 'The notice is still needed.',
    wantsReason: true,
  },
};

interface AskProps {
  readonly notice: Notice;
  readonly action: Action;
  readonly onClose: () => void;
}

export function AskReason({ notice, action, onClose }: AskProps) {
  const { api } = useDesk();
  const [reason, setReason] = useState('');
  const { title, words, verb, path, tick, wantsReason } = QUESTIONS[action];
  const { isReady, fields } = useSecondAct(notice, tick);
  return (
    <Ask
      title={title}
      verb={verb}
      tone="grave"
      isReady={isReady && (!wantsReason || reason.trim() !== '')}
      onClose={onClose}
      onDo={async () => {
        const body = wantsReason ? { reason: reason.trim() } : {};
        const done = await api.post<Notice>(`notices/${encodeURIComponent(notice.noticeId)}/${path}`, body);
        return done.ok ? undefined : done.refusal;
      }}
    >
      <KindBand isRehearsal={notice.isRehearsal} realWords="This is a real notice." />
      <p>{words}</p>
      {action === 'authoriseCancel' && notice.cancellation !== undefined && (
        <p class="note">
          {notice.cancellation.asked.by} asked for it: {notice.cancellation.reason}
        </p>
      )}
      {wantsReason && (
        <LongTextField id="why" name="Why" value={reason} onValue={setReason} mostCharacters={300} />
      )}
      {fields}
    </Ask>
  );
}
