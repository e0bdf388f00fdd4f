import { useState } from 'preact/hooks';
import type { Notice } from '../../../contract/desk.ts';
import { possibility } from '../logic/life.ts';
import { STATE_WORDS } from '../logic/words.ts';
import { AskAuthorise } from './askAuthorise.tsx';
import { AskReason } from './askReason.tsx';
import { AskSend } from './askSend.tsx';

type Action = Notice['possible'][number]['action'];

interface Act {
  readonly action: Action;
  readonly name: string;
  readonly tone: 'main' | 'grave' | 'grave-quiet' | 'plain';
}

const AUTHORISE: Act = { action: 'authorise', name: 'Read and authorise …', tone: 'main' };
const SEND: Act = { action: 'send', name: 'Send …', tone: 'main' };
const DISCARD: Act = { action: 'discard', name: 'Discard …', tone: 'grave-quiet' };
const ASK_CANCEL: Act = { action: 'askCancel', name: 'Ask for an early end …', tone: 'grave-quiet' };
const AUTHORISE_CANCEL: Act = { action: 'authoriseCancel', name: 'Authorise the early end …', tone: 'grave' };
const REFUSE_CANCEL: Act = { action: 'refuseCancel', name: 'Do not agree to it …', tone: 'plain' };

/** What comes next in the life of this notice, whoever may do it. */
function actsOf({ state, cancel }: Notice): readonly Act[] {
  if (state === 'drafted') return [AUTHORISE, DISCARD];
  if (state === 'authorised') return [SEND, DISCARD];
  if (state === 'over' || state === 'discarded') return [];
  if (cancel === 'asked') return [AUTHORISE_CANCEL, REFUSE_CANCEL];
  return cancel === 'none' ? [ASK_CANCEL] : [];
}

interface ActsProps {
  readonly notice: Notice;
  readonly onChange: () => void;
}

/** The next steps as buttons; one that is not open to this person says why. */
export function Acts({ notice, onChange }: ActsProps) {
  const [asking, setAsking] = useState<Action>();
  const acts = actsOf(notice);
  const hindrances = [
    ...new Set(
      acts
        .map(({ action }) => possibility(notice, action))
        .flatMap((one) => (one.isPossible ? [] : [one.sentence])),
    ),
  ];
  const close = () => {
    setAsking(undefined);
    onChange();
  };
  return (
    <section class="card stack close" aria-label="Next step">
      <div class="row apart">
        <p>{STATE_WORDS[notice.state].meaning}</p>
        <div class="row">
          {acts.map(({ action, name, tone }) => (
            <button
              key={action}
              type="button"
              class={`button ${tone === 'main' && notice.isRehearsal ? 'rehearsal' : tone}`}
              disabled={!possibility(notice, action).isPossible}
              onClick={() => setAsking(action)}
            >
              {name}
            </button>
          ))}
          {notice.sent !== undefined && (
            <a class="button" href={`/reports/${notice.noticeId}`}>
              Reports
            </a>
          )}
        </div>
      </div>
      {hindrances.map((sentence) => (
        <p key={sentence} class="muted small">
          {sentence}
        </p>
      ))}
      {asking === 'authorise' && <AskAuthorise notice={notice} onClose={close} />}
      {asking === 'send' && <AskSend notice={notice} onClose={close} />}
      {asking !== undefined && asking !== 'authorise' && asking !== 'send' && (
        <AskReason notice={notice} action={asking} onClose={close} />
      )}
    </section>
  );
}
