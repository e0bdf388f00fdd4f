import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { RefusalBody } from '../api.ts';
import { RefusalNote } from './words.tsx';

interface AskProps {
  readonly title: string;
  /** On the button that does it: a verb and what it is done to. */
  readonly verb: string;
  readonly tone: 'main' | 'grave' | 'rehearsal';
  /** The deliberate second act: what has to be ticked or typed first. False: the button stays locked. */
  readonly isReady: boolean;
  /** Answers with the refusal, or with nothing when it was done. */
  readonly onDo: () => Promise<RefusalBody | undefined>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A question in front of the page. Escape and the first button leave everything as it is. */
export function Ask({ title, verb, tone, isReady, onDo, onClose, children }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<RefusalBody>();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  async function act(event: Event): Promise<void> {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setIsBusy(true);
    setRefusal(undefined);
    const found = await onDo();
    setIsBusy(false);
    if (found === undefined) onClose();
    else setRefusal(found);
  }

  return (
    <dialog ref={dialog} class="ask" aria-labelledby={heading} onClose={onClose}>
      <form class="stack" onSubmit={act}>
        {/* Takes the focus, or a button further down would, and a long text be scrolled past before it was read. */}
        <h2 id={heading} tabIndex={-1}>
          {title}
        </h2>
        {children}
        <RefusalNote refusal={refusal} />
        <div class="row actions">
          <button type="button" class="button" onClick={onClose}>
            Leave it as it is
          </button>
          <button type="submit" class={`button ${tone}`} disabled={!isReady || isBusy}>
            {isBusy ? 'Working …' : verb}
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface TickProps {
  readonly isTicked: boolean;
  readonly onTick: (isTicked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Tick({ isTicked, onTick, children }: TickProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isTicked} onChange={(event) => onTick(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}
