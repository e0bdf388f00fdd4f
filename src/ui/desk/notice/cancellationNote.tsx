import type { Notice } from '../../../contract/desk.ts';
import { counted } from '../../shared/format.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Note } from '../../shared/parts/words.tsx';

/** What else has happened to it: asked to end early, discarded, replaced. */
export function CancellationNote({ notice }: { readonly notice: Notice }) {
  const { cancellation, discarded, supersededBy } = notice;
  return (
    <>
      {discarded !== undefined && (
        <Note tone="idle">
          Discarded by {discarded.by}, <Instant at={discarded.at} />: {discarded.reason}
        </Note>
      )}
      {supersededBy !== undefined && (
        <Note tone="idle">
          Notice <a href={`/notices/${supersededBy}`}>{supersededBy}</a> takes its place.
        </Note>
      )}
      {cancellation !== undefined && (
        <Note tone="warn">
          <p>
            <strong>{HEADS[notice.cancel]}</strong> {cancellation.asked.by} asked for it,{' '}
            <Instant at={cancellation.asked.at} />: {cancellation.reason}
          </p>
          {cancellation.authorised !== undefined && (
            <p>
              {cancellation.authorised.by} authorised it, <Instant at={cancellation.authorised.at} />.{' '}
              {cancellation.publishedAt !== undefined && (
                <>
                  The broker took it, <Instant at={cancellation.publishedAt} />.
                </>
              )}
            </p>
          )}
          {cancellation.refused > 0 && (
            <p>
              {counted(cancellation.refused, 'gateway')} did not take the early end and go on to its own end.
            </p>
          )}
        </Note>
      )}
    </>
  );
}

const HEADS: Readonly<Record<Notice['cancel'], string>> = {
  none: 'An early end was asked for and not agreed.',
  asked: 'An early end waits for a second person.',
  sending: 'The early end is on its way.',
  sent: 'Ended early.',
};
