import { count } from '../format.ts';

interface PagerProps {
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
  /** Of what: "gateways". */
  readonly what: string;
  readonly onPage: (page: number) => void;
}

export function Pager({ page, pageSize, total, what, onPage }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / pageSize));
  const from = total === 0 ? 0 : (page - 1) * pageSize + 1;
  const until = Math.min(total, page * pageSize);
  return (
    <nav class="row apart pager" aria-label={`Pages of ${what}`}>
      <span class="muted" role="status">
        {total === 0 ? `No ${what}` : `${count(from)} to ${count(until)} of ${count(total)} ${what}`}
      </span>
      {last > 1 && (
        <span class="row">
          <button type="button" class="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            Previous
          </button>
          <span class="no-break">
            Page {count(page)} of {count(last)}
          </span>
          <button type="button" class="button" disabled={page >= last} onClick={() => onPage(page + 1)}>
            Next
          </button>
        </span>
      )}
    </nav>
  );
}
