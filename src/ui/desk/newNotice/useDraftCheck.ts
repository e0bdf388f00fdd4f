import { useEffect, useState } from 'preact/hooks';
import type { CheckedDraft } from '../../../contract/desk.ts';
import type { Api, RefusalBody } from '../../shared/api.ts';
import { after, every } from '../../shared/browserTime.ts';
import type { PartialDraft } from '../logic/noticeForm.ts';

const REST_MS = 350;
/** The loads go on changing while the form is filled in. */
const REPEAT_MS = 20_000;

export interface DraftCheck {
  readonly checked?: CheckedDraft;
  readonly refusal?: RefusalBody;
  /** What is typed has not been checked yet. */
  readonly isBehind: boolean;
}

/** Has the desk check the draft whenever it has rested for a moment, and again while nobody types. */
export function useDraftCheck(api: Api, draft: PartialDraft): DraftCheck {
  const [state, setState] = useState<{ of: string; checked?: CheckedDraft; refusal?: RefusalBody }>({
    of: '',
  });
  const text = JSON.stringify(draft);
  useEffect(() => {
    const aborted = new AbortController();
    async function check(): Promise<void> {
      const found = await api.post<CheckedDraft>('notices/check', JSON.parse(text), aborted.signal);
      if (aborted.signal.aborted) return;
      setState((before) =>
        found.ok ? { of: text, checked: found.value } : { ...before, of: text, refusal: found.refusal },
      );
    }
    const stopFirst = after(REST_MS, () => void check());
    const stopRepeating = every(REPEAT_MS, () => void check());
    return () => {
      aborted.abort();
      stopFirst();
      stopRepeating();
    };
  }, [api, text]);
  const { of, ...found } = state;
  return { ...found, isBehind: of !== text };
}
