import type { Notice } from '../../../contract/desk.ts';
import { duration } from '../../shared/format.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Fact } from '../../shared/parts/words.tsx';
import { areaWords, CAUSE_WORDS } from '../logic/words.ts';

/** What the notice says, word by word; also what the second person reads before authorising. */
export function NoticeSummaryFacts({ notice }: { readonly notice: Notice }) {
  const { basis } = notice.draft;
  return (
    <dl class="facts">
      <Fact name="Where">{areaWords(notice.area)}</Fact>
      <Fact name="What">{notice.measureText}</Fact>
      <Fact name="Begins">
        {notice.draft.startsAt === undefined ? (
          'as each home receives it'
        ) : (
          <Instant at={notice.draft.startsAt} />
        )}
      </Fact>
      <Fact name="Lasts">{duration(notice.durationSeconds)}</Fact>
      <Fact name="Issued by">
        {notice.issuerName} ({notice.issuer})
      </Fact>
      {notice.draft.supersedes !== undefined && (
        <Fact name="Takes the place of">
          <span class="fixed">{notice.draft.supersedes}</span>
        </Fact>
      )}
      <Fact name="Reason, as households read it">{notice.reason}</Fact>
      <Fact name="Why it is needed">{CAUSE_WORDS[basis.cause]}</Fact>
      <Fact name="Flexibility service">{basis.flexibilityService}</Fact>
      <Fact name="How this was established">{basis.established}</Fact>
      <Fact name="Customers told">
        <Instant at={basis.customersToldAt} />
      </Fact>
      <Fact name="Suppliers told">
        <Instant at={basis.suppliersToldAt} />
      </Fact>
    </dl>
  );
}

export function NoticeFacts({ notice }: { readonly notice: Notice }) {
  const { sent, expiresAt } = notice;
  return (
    <section class="card stack">
      <h2>What it says</h2>
      <NoticeSummaryFacts notice={notice} />
      {sent !== undefined && (
        <>
          <h3>As it was signed</h3>
          <dl class="facts">
            <Fact name="Sequence">{sent.sequence}</Fact>
            <Fact name="Signing key">
              <span class="fixed">{sent.keyId}</span>
            </Fact>
            <Fact name="SHA-256">
              <code class="hash">{sent.sha256}</code>
            </Fact>
            {expiresAt !== undefined && (
              <Fact name="Not taken after">
                <Instant at={expiresAt} />
              </Fact>
            )}
          </dl>
        </>
      )}
    </section>
  );
}
