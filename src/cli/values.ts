import { InvalidArgumentError } from 'commander';
import { settingRow } from '../config/settingsTable.ts';
import { parsePlanChange } from '../gateway/whatIf/planChange.ts';
import type { AskedChange } from './whatIfCommand.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "10m", "2h", "1d" -> milliseconds. */
export function parseDuration(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const durationMs = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (durationMs > 0) return durationMs;
  throw new InvalidArgumentError('Expected a duration above zero such as 60s, 10m, 2h or 1d.');
}

/** "20kWh", "20" -> watt-hours. */
export function parseEnergy(text: string): number {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*(?:kWh)?$/i.exec(text) ?? [];
  const energyWh = Number(amount) * 1000;
  if (energyWh > 0) return energyWh;
  throw new InvalidArgumentError('Expected kilowatt-hours above zero such as 20kWh.');
}

/** ISO 8601 with date; without a time zone it is UTC. Returns milliseconds since 1970. */
export function parseInstant(text: string): number {
  const isDated = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text);
  const isZoned = !text.includes('T') || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const utcMs = isDated ? Date.parse(isZoned ? text : `${text}Z`) : Number.NaN;
  if (!Number.isNaN(utcMs)) return utcMs;
  throw new InvalidArgumentError(
    'Expected an instant such as 2026-01-05, 2026-01-05T17:30 (UTC) or 2026-01-05T17:30:00+01:00.',
  );
}

export function parseSpeed(text: string): number {
  const speed = Number(text);
  if (text.trim() !== '' && speed >= 0.1 && speed <= 100) return speed;
  throw new InvalidArgumentError('Expected a number from 0.1 to 100.');
}

export function parseStretch(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 100) return number;
  throw new InvalidArgumentError('Expected a whole number from 1 to 100; 1 is the most eventful stretch.');
}

export function parseRecordNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('Expected the number of a record, from 1.');
}

export function parseBrokerUrl(text: string): string {
  const { kind } = settingRow('broker.url');
  if (kind.accepts(text)) return text;
  throw new InvalidArgumentError(`Expected ${kind.expected}.`);
}

/** "1-20,30" -> every number of it, in the order written. */
function parseWholes(text: string, least: number, most: number): readonly number[] {
  const numbers = text.split(',').flatMap((part) => {
    const [, first = '', last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const from = first === '' ? Number.NaN : Number(first);
    const length = Number(last) - from + 1;
    const isRange = from >= least && Number(last) <= most && length >= 1;
    return isRange ? Array.from({ length }, (_, index) => from + index) : [Number.NaN];
  });
  if (numbers.some(Number.isNaN)) {
    throw new InvalidArgumentError(`Expected numbers from ${least} to ${most} such as 1-20 or 1,3,10-12.`);
  }
  return [...new Set(numbers)];
}

export function parseAddresses(text: string): readonly number[] {
  return parseWholes(text, 1, 247);
}

export function parsePorts(text: string): readonly number[] {
  return parseWholes(text, 1, 65_535);
}

export function parseBaudRates(text: string): readonly number[] {
  return parseWholes(text, 300, 1_000_000);
}

/** Some of a few words, separated by commas. */
export function parseSome<T extends string | number>(choices: readonly T[]): (text: string) => readonly T[] {
  return (text) =>
    text.split(',').map((part) => {
      const choice = choices.find((each) => String(each) === part.trim());
      if (choice === undefined) throw new InvalidArgumentError(`Expected some of ${choices.join(', ')}.`);
      return choice;
    });
}

/** An option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** "mil=40" -> the change of the site plan; may be given several times, the last word counts. */
export function collectChange(text: string, before: readonly AskedChange[] = []): readonly AskedChange[] {
  const parsed = parsePlanChange(text);
  if (!parsed.ok) throw new InvalidArgumentError(`${parsed.detail}.`);
  return [...before, { text, change: parsed.value }];
}
