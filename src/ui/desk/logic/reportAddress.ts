import type { ReportFormat, ReportKind } from '../../../contract/desk.ts';
import { withQuery } from '../../shared/query.ts';

export interface ReportChoice {
  readonly kind: ReportKind;
  /** With `supplier`. */
  readonly supplier: string;
  /** With `customer`. */
  readonly gateway: string;
}

const KINDS: readonly ReportKind[] = ['supplier', 'ofgem', 'customer'];

/** What the address of the page asks for; Ofgem's report, which needs nothing more, where it asks for nothing. */
export function readChoice(query: URLSearchParams): ReportChoice {
  return {
    kind: KINDS.find((kind) => kind === query.get('kind')) ?? 'ofgem',
    supplier: query.get('supplier') ?? '',
    gateway: query.get('gateway') ?? '',
  };
}

/** Where the desk gives the report, below `/api/`; nothing while it is not said for whom. */
export function reportPath(
  noticeId: string,
  { kind, supplier, gateway }: ReportChoice,
  format: ReportFormat,
): string | undefined {
  if (kind === 'supplier' && supplier === '') return undefined;
  if (kind === 'customer' && gateway === '') return undefined;
  return withQuery(`notices/${encodeURIComponent(noticeId)}/reports/${kind}`, {
    format,
    supplier: kind === 'supplier' ? supplier : undefined,
    gateway: kind === 'customer' ? gateway : undefined,
  });
}
