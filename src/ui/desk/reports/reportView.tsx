import type { ComponentChildren } from 'preact';
import type { CustomerReport, OfgemReport, Report, SupplierReport } from '../../../contract/desk.ts';
import { count, duration, energy, power } from '../../shared/format.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Fact, Figure } from '../../shared/parts/words.tsx';

interface ReportViewProps {
  readonly report: Report;
  /** The ways to take it away. */
  readonly children: ComponentChildren;
}

/** A report on the page, in the order in which its reader wants it. */
export function ReportView({ report, children }: ReportViewProps) {
  return (
    <article class="card stack report">
      <header class="row apart">
        <div>
          <h2>{TITLES[report.schema]}</h2>
          <p class="muted small">
            Made <Instant at={report.madeAt} /> ·{' '}
            {report.isFinal ? 'final' : 'not final: the notice is not over'}
          </p>
        </div>
        {children}
      </header>
      {report.schema === 'loadgate.supplier-report/1' && <ForSupplier report={report} />}
      {report.schema === 'loadgate.ofgem-report/1' && <ForOfgem report={report} />}
      {report.schema === 'loadgate.customer-report/1' && <ForCustomer report={report} />}
      {report.schema !== 'loadgate.customer-report/1' && <Ground report={report} />}
      {report.notes.length > 0 && (
        <ul class="small muted">
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </article>
  );
}

const TITLES: Readonly<Record<Report['schema'], string>> = {
  'loadgate.supplier-report/1': 'Report to the supplier',
  'loadgate.ofgem-report/1': 'Report to Ofgem',
  'loadgate.customer-report/1': 'Report to the customer',
};

function ForSupplier({ report: { supplierId, supplies, totals } }: { readonly report: SupplierReport }) {
  return (
    <>
      <p>
        Supplier <span class="fixed">{supplierId}</span>
      </p>
      <dl class="figures">
        <Figure name="Supplies asked" value={count(totals.supplies)} />
        <Figure name="Obeyed" value={count(totals.obeyed)} />
        <Figure name="Refused" value={count(totals.refused)} />
        <Figure name="No answer" value={count(totals.unanswered)} />
        <Figure
          name="Energy not drawn"
          value={energy(
            totals.unmeasured > 0 && totals.unmeasured === totals.obeyed ? undefined : totals.energyWh,
          )}
          beside={totals.unmeasured === 0 ? 'all measured' : `${count(totals.unmeasured)} not measured`}
        />
      </dl>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Supply (pseudonym)</th>
            <th scope="col">Outcome</th>
            <th scope="col">From</th>
            <th scope="col">Until</th>
            <th scope="col" class="number">
              Lasted
            </th>
            <th scope="col" class="number">
              Relief
            </th>
            <th scope="col" class="number">
              Energy not drawn
            </th>
          </tr>
        </thead>
        <tbody>
          {supplies.slice(0, MOST_ROWS).map((row) => (
            <tr key={row.gatewayId}>
              <th scope="row" class="fixed">
                {row.gatewayId}
              </th>
              <td data-name="Outcome">{row.outcome}</td>
              <td data-name="From">{row.startsAt === undefined ? 'none' : <Instant at={row.startsAt} />}</td>
              <td data-name="Until">{row.endsAt === undefined ? 'none' : <Instant at={row.endsAt} />}</td>
              <td data-name="Lasted" class="number">
                {duration(row.seconds)}
              </td>
              <td data-name="Relief" class="number">
                {power(row.reliefW)}
              </td>
              <td data-name="Energy not drawn" class="number">
                {energy(row.energyWh)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {supplies.length > MOST_ROWS && (
        <p class="muted">
          The first {count(MOST_ROWS)} of {count(supplies.length)}. All of them are in the CSV and JSON files.
        </p>
      )}
    </>
  );
}

/** More are not read on a page. */
const MOST_ROWS = 200;

type Suppressible = OfgemReport['asked'] | OfgemReport['reliefW'];

function told({ value, isSuppressed }: Suppressible, words: (value: number | undefined) => string): string {
  return isSuppressed ? 'left out' : words(value);
}

function ForOfgem({ report }: { readonly report: OfgemReport }) {
  const homes = (one: OfgemReport['asked']) => told(one, count);
  return (
    <>
      <dl class="figures">
        <Figure name="Homes asked" value={homes(report.asked)} />
        <Figure name="Had agreed" value={homes(report.consenting)} />
        <Figure name="Reached" value={homes(report.reached)} />
        <Figure name="Obeyed" value={homes(report.obeyed)} />
        <Figure name="No answer" value={homes(report.unanswered)} />
        <Figure name="Withdrew meanwhile" value={homes(report.withdrawn)} />
        <Figure name="For less time" value={homes(report.trimmed)} />
        <Figure name="In part" value={homes(report.floored)} />
      </dl>
      <dl class="figures">
        <Figure name="Relief forecast" value={told(report.forecastW, power)} />
        <Figure
          name="Relief measured"
          value={told(report.reliefW, power)}
          beside={`${homes(report.measured)} homes measured`}
        />
        <Figure name="Energy not drawn" value={told(report.energyWh, energy)} />
      </dl>
      <h3>Refused, by cause</h3>
      {report.refused.length === 0 ? (
        <p>No home refused.</p>
      ) : (
        <dl class="facts">
          {report.refused.map(({ cause, count: many }) => (
            <Fact key={cause} name={homes(many)}>
              {cause}
            </Fact>
          ))}
        </dl>
      )}
    </>
  );
}

function ForCustomer({ report }: { readonly report: CustomerReport }) {
  return (
    <>
      {report.paragraphs.map(({ heading, text }) => (
        <section key={heading} class="stack close">
          <h3>{heading}</h3>
          <p>{text}</p>
        </section>
      ))}
      <p class="muted small">
        Evidence <code class="hash">{report.evidence}</code>
      </p>
    </>
  );
}

function Ground({ report }: { readonly report: SupplierReport | OfgemReport }) {
  const { basis } = report;
  return (
    <section class="stack close">
      <h3>Grounds</h3>
      <p>{basis.text}</p>
      <dl class="facts">
        <Fact name="Issued by">
          {report.issuer.name} ({report.issuer.id})
        </Fact>
        <Fact name="Where">{report.area}</Fact>
        <Fact name="What">{report.measure}</Fact>
        <Fact name="Sent">
          <Instant at={report.sentAt} />
        </Fact>
        <Fact name="In force">
          <Instant at={report.startsAt} /> to <Instant at={report.endsAt} />
        </Fact>
        <Fact name="Reason">{report.reason}</Fact>
        <Fact name="Flexibility service">{basis.flexibilityService}</Fact>
        <Fact name="How this was established">{basis.established}</Fact>
        <Fact name="Customers told">
          <Instant at={basis.customersToldAt} />
        </Fact>
        <Fact name="Suppliers told">
          <Instant at={basis.suppliersToldAt} />
        </Fact>
        <Fact name="Drafted">
          <Instant at={report.draftedAt} />
        </Fact>
        <Fact name="Authorised by a second person">
          <Instant at={report.authorisedAt} />
        </Fact>
        <Fact name="Evidence (SHA-256)">
          <code class="hash">{report.evidence}</code>
        </Fact>
      </dl>
    </section>
  );
}
