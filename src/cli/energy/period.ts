import { InvalidArgumentError } from 'commander';
import type { LocalDate } from '../../usage/calendar.ts';

/** A day, a month or a year that somebody asks for. */
export interface AskedPeriod {
  readonly unit: 'day' | 'month' | 'year';
  readonly date: LocalDate;
}

const FORMS = {
  day: { pattern: /^(\d{4})-(\d{2})-(\d{2})$/, example: '2026-01-05' },
  month: { pattern: /^(\d{4})-(\d{2})$/, example: '2026-01' },
  year: { pattern: /^(\d{4})$/, example: '2026' },
} as const;

/** "2026-01-05", "2026-01", "2026". */
export function parsePeriod(unit: AskedPeriod['unit']): (text: string) => AskedPeriod {
  return (text) => {
    const { pattern, example } = FORMS[unit];
    const [found, year, month = '1', day = '1'] = pattern.exec(text) ?? [];
    const date = { year: Number(year), month: Number(month), day: Number(day) };
    const real = new Date(Date.UTC(date.year, date.month - 1, date.day));
    if (found !== undefined && real.getUTCMonth() + 1 === date.month && real.getUTCDate() === date.day) {
      return { unit, date };
    }
    throw new InvalidArgumentError(`Expected a ${unit} such as ${example}.`);
  };
}

export function parseTimeZone(text: string): string {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: text });
    return text;
  } catch {
    throw new InvalidArgumentError('Expected the name of a time zone such as Europe/London.');
  }
}
