import type { FailSafeRow } from '../src/domain/failSafe.ts';
import type { SchemeFigureEntry } from '../src/domain/schemeFigures.ts';
import type { Timing } from '../src/domain/sitePlan.ts';

/** What is done when something falls silent, in the order of the table of src/domain/failSafe.ts. */
export function renderFailSafe(rows: Readonly<Record<string, FailSafeRow>>, timing: Timing): string {
  return table(
    ['what', 'fails how', 'what is done', 'within'],
    Object.values(rows).map(({ source, failure, meaning, within }) => [
      source,
      failure,
      meaning,
      isTiming(within, timing) ? `\`${within}\` (${timing[within] / 1000} s)` : within,
    ]),
  );
}

/** The figures of the limitation scheme with what they rest on. */
export function renderSchemeFigures(figures: Readonly<Record<string, SchemeFigureEntry>>): string {
  return table(
    ['figure', 'default', 'meaning', 'clause', 'confidence'],
    Object.entries(figures).map(([name, { value, meaning, clause, confidence }]) => [
      `\`${name}\``,
      name.endsWith('Ms') ? duration(value) : String(value),
      meaning,
      clause,
      confidence,
    ]),
  );
}

/** Why a restriction command is not taken, in the order of the checks. */
export function renderRefusals(
  refusals: Readonly<
    Record<string, { readonly check: number; readonly meaning: string; readonly drlc: number }>
  >,
): string {
  const rows = Object.entries(refusals).sort(([, a], [, b]) => a.check - b.check);
  return table(
    ['check', 'code', 'meaning', 'DRLC status'],
    rows.map(([code, { check, meaning, drlc }]) => [String(check), `\`${code}\``, meaning, hex(drlc)]),
  );
}

/** The words of receipts. */
export function renderReceiptStatuses(
  statuses: Readonly<Record<string, { readonly meaning: string; readonly drlc: number | undefined }>>,
): string {
  return table(
    ['status', 'meaning', 'DRLC status'],
    Object.entries(statuses).map(([status, { meaning, drlc }]) => [
      `\`${status}\``,
      meaning,
      drlc === undefined ? '' : hex(drlc),
    ]),
  );
}

function hex(octet: number): string {
  return `0x${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function isTiming(within: string, timing: Timing): within is keyof Timing {
  return within in timing;
}

function duration(valueMs: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const unit = units.find(([, sizeMs]) => valueMs >= sizeMs && valueMs % sizeMs === 0);
  return unit === undefined ? `${valueMs} ms` : `${valueMs / unit[1]} ${unit[0]}`;
}
