import { iso } from '../../domain/instant.ts';
import type { UsageSource } from '../../usage/readAccount.ts';
import { unpackState } from '../../usage/state.ts';
import { unpackContent } from '../../usage/stored.ts';
import { meanOf } from '../../usage/tally.ts';
import { csvOf } from '../energy/csv.ts';

/** Every minute that is kept, one row for each channel; a year of them is many, so they come one block at a time. */
export function* minutesCsv(source: UsageSource): Generator<string, void> {
  yield csvOf([
    ['minute', 'channel', 'meanW', 'minimumW', 'maximumW', 'importWh', 'exportWh', 'coveredMs', 'missing'],
  ]);
  const state = unpackState(source.usageState());
  for (const minutes of blocksOf(source)) yield csvOf(minutes.flatMap(rowsOfMinute));
  if (state !== undefined) yield csvOf(state.minutes.flatMap(rowsOfMinute));
}

type Minutes = NonNullable<ReturnType<typeof unpackState>>['minutes'];

function* blocksOf(source: UsageSource): Generator<Minutes, void> {
  for (const finding of source.usage('minutes')) {
    if (finding.kind === 'damaged') continue;
    const content = unpackContent(finding.row);
    if (content.kind === 'minutes') yield content.minutes;
  }
}

function rowsOfMinute({ fromUtcMs, channels }: Minutes[number]) {
  return Object.entries(channels).map(([channelId, tally]) => {
    const meanW = meanOf(tally);
    const missing = Object.entries(tally.missingMs ?? {}).map(
      ([cause, durationMs]) => `${cause} ${durationMs} ms`,
    );
    return [
      iso(fromUtcMs),
      channelId,
      meanW === undefined ? undefined : Math.round(meanW),
      tally.minimumW,
      tally.maximumW,
      tally.importWh,
      tally.exportWh,
      tally.coveredMs,
      missing.join('; '),
    ];
  });
}

/** The samples of each second that are still kept: some hours. */
export function* secondsCsv(source: UsageSource): Generator<string, void> {
  yield csvOf([['second', 'channel', 'powerW']]);
  for (const finding of source.usage('seconds')) {
    if (finding.kind === 'damaged') continue;
    const content = unpackContent(finding.row);
    if (content.kind !== 'seconds') continue;
    const { from, powersW } = content.block;
    const rows = Object.entries(powersW).flatMap(([channelId, values]) =>
      values.map((powerW, second) => [iso(from.utcMs + second * 1000), channelId, powerW ?? undefined]),
    );
    yield csvOf(rows);
  }
}
