import { useRef, useState } from 'preact/hooks';
import type { Areas, Notice } from '../../../contract/desk.ts';
import type { RefusalBody } from '../../shared/api.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { RefusalNote, Waiting } from '../../shared/parts/words.tsx';
import { goTo } from '../../shared/router.ts';
import { useDesk } from '../context.ts';
import { EMPTY_FORM, mistakeAt, type NoticeForm, readForm } from '../logic/noticeForm.ts';
import { BasisFields } from '../newNotice/basisFields.tsx';
import { DraftAside } from '../newNotice/draftAside.tsx';
import { KindFields } from '../newNotice/kindFields.tsx';
import { MeasureFields } from '../newNotice/measureFields.tsx';
import { TimeFields } from '../newNotice/timeFields.tsx';
import { useDraftCheck } from '../newNotice/useDraftCheck.ts';
import { WhereFields } from '../newNotice/whereFields.tsx';
import { KindBand } from '../parts/kind.tsx';

export function NewNoticePage({ query }: { readonly query: URLSearchParams }) {
  useTitle('New notice');
  const { api, session } = useDesk();
  const areas = useFetched<Areas>(api, 'areas');
  if (!session.roles.includes('engineer')) {
    return <p>Only a control engineer drafts notices. You can look at those that are there.</p>;
  }
  if (areas.value === undefined) return <Waiting refusal={areas.refusal} />;
  return <NoticeEditor areas={areas.value.areas} wantedArea={query.get('area') ?? ''} />;
}

interface EditorProps {
  readonly areas: Areas['areas'];
  /** From the address; empty when none was chosen there. */
  readonly wantedArea: string;
}

function NoticeEditor({ areas, wantedArea }: EditorProps) {
  const { api, desk } = useDesk();
  const [form, setForm] = useState(() => firstForm(areas, wantedArea, desk.distributors));
  const [visited, setVisited] = useState<ReadonlySet<string>>(new Set());
  const [hasTried, setHasTried] = useState(false);
  const [refusal, setRefusal] = useState<RefusalBody>();
  const [isBusy, setIsBusy] = useState(false);
  const shown = useRef<HTMLFormElement>(null);
  const { draft, mistakes } = readForm(form);
  const check = useDraftCheck(api, draft);
  const problems = [...(refusal?.problems ?? []), ...(check.isBehind ? [] : (check.checked?.problems ?? []))];

  function mistake(path: string): string | undefined {
    return hasTried || visited.has(path) ? mistakeAt(path, mistakes, problems) : undefined;
  }

  function set(change: Partial<NoticeForm>): void {
    setRefusal(undefined);
    setForm((before) => ({ ...before, ...change }));
  }

  function visit(event: FocusEvent): void {
    const path = (event.target as Element).closest('[data-path]')?.getAttribute('data-path');
    if (path) setVisited((before) => new Set(before).add(path));
  }

  function showFirstMistake(): void {
    // After the mistakes stand at their fields.
    requestAnimationFrame(() => {
      const field = shown.current?.querySelector<HTMLElement>('[aria-invalid="true"], .mistake');
      const target = field?.matches('.mistake') ? field.closest('fieldset')?.querySelector('input') : field;
      target?.focus();
    });
  }

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    setHasTried(true);
    if (isBusy) return;
    if (mistakes.size > 0) return showFirstMistake();
    setIsBusy(true);
    const saved = await api.post<Notice>('notices', draft);
    setIsBusy(false);
    if (saved.ok) return goTo(`/notices/${saved.value.noticeId}`);
    setRefusal(saved.refusal);
    showFirstMistake();
  }

  const fields = { form, set, mistake };
  return (
    <div class={`stack ${form.kind}`}>
      <h1>New notice</h1>
      {form.kind !== '' && (
        <KindBand
          isRehearsal={form.kind === 'rehearsal'}
          realWords="Once authorised and sent it moves load in homes."
        />
      )}
      <form ref={shown} class="editor" noValidate onSubmit={save} onFocusOut={visit}>
        <div class="stack">
          <KindFields {...fields} />
          <WhereFields {...fields} areas={areas} distributors={desk.distributors} />
          <MeasureFields {...fields} />
          <TimeFields {...fields} desk={desk} />
          <BasisFields {...fields} />
        </div>
        <DraftAside check={check} mistakes={mistakes.size}>
          <RefusalNote refusal={refusal} />
          <button
            type="submit"
            class={`button ${form.kind === 'rehearsal' ? 'rehearsal' : 'main'}`}
            disabled={isBusy}
          >
            {isBusy ? 'Saving …' : `Save the draft${form.kind === 'rehearsal' ? ' of the rehearsal' : ''}`}
          </button>
          <p class="small muted">Nothing is sent yet: a second person has to authorise it first.</p>
        </DraftAside>
      </form>
    </div>
  );
}

function firstForm(
  areas: Areas['areas'],
  wantedArea: string,
  distributors: readonly { readonly id: string }[],
): NoticeForm {
  const area = areas.find(({ areaId }) => areaId === wantedArea);
  const [only, ...others] = distributors;
  const issuer =
    distributors.find(({ id }) => id === area?.distributor)?.id ??
    (others.length === 0 ? (only?.id ?? '') : '');
  if (area === undefined) return { ...EMPTY_FORM, issuer };
  return { ...EMPTY_FORM, areaKind: area.kind, areaId: area.areaId, issuer };
}
