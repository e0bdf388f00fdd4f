import type { Command } from 'commander';
import {
  type CompletenessPage,
  completenessPageSchema,
  type StreamReports,
  streamReportsSchema,
} from '../../contract/desk.ts';
import { LOSS_CAUSES } from '../../domain/loss.ts';
import type { Context } from '../context.ts';
import { refuse } from '../report.ts';
import { alignColumns } from '../table.ts';
import { askDesk, withLogin } from './deskClient.ts';
import { print } from './noticeCommands.ts';

/** Of all gateways, or stream by stream of one. */
export function completeness(command: Command, context: Context): Promise<number> {
  const [gatewayId] = command.args;
  const { state, ask } = command.opts<{ state?: string; ask?: boolean }>();
  return withLogin(command, context, async ({ url, token }) => {
    if (gatewayId === undefined) {
      if (ask === true) return refuse(context, 'wrongUsage', 'expected a gateway with --ask, found none');
      const path = `/api/completeness?pageSize=500${state === undefined ? '' : `&state=${encodeURIComponent(state)}`}`;
      const answer = await askDesk(url, { method: 'GET', path, token }, completenessPageSchema);
      return print(command, context, answer, renderCompleteness);
    }
    const path = `/api/gateways/${encodeURIComponent(gatewayId)}/streams`;
    const asked =
      ask === true
        ? ({ method: 'POST', path: `${path}/ask`, token } as const)
        : ({ method: 'GET', path, token } as const);
    return print(command, context, await askDesk(url, asked, streamReportsSchema), renderStreams);
  });
}

const STATE_WORDS: Readonly<Record<CompletenessPage['rows'][number]['state'], string>> = {
  givenUp: 'missing, given up',
  missing: 'missing',
  flawed: 'flawed',
  silent: 'nothing came',
  whole: 'whole',
};

function renderCompleteness({ counts, missing, total, rows }: CompletenessPage): readonly string[] {
  const sum = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${STATE_WORDS[state as keyof typeof STATE_WORDS]}`);
  if (sum.length === 0) return ['No gateway is registered'];
  return [
    ...alignColumns([
      ['gateway', 'records', 'received', 'missing', 'since', 'lost', 'gone', 'last manifest'],
      ...rows.map((row) => [
        row.gatewayId,
        STATE_WORDS[row.state],
        `${row.received}`,
        `${row.missing}`,
        row.missingSince ?? '-',
        `${row.lost}`,
        `${row.gone}`,
        row.manifestAt ?? 'none yet',
      ]),
    ]),
    ...(total > rows.length ? [`and ${total - rows.length} more; name a state with --state`] : []),
    `Gateways: ${sum.join(', ')}. Records missing: ${missing}`,
  ];
}

function renderStreams({ streams }: StreamReports): readonly string[] {
  if (streams.length === 0) return ['Nothing has come of this gateway yet'];
  const open = streams.filter(({ missing }) => missing > 0);
  const lost = streams.filter(({ losses }) => losses.length > 0);
  return [
    ...alignColumns([
      ['stream', 'outbox', 'received', 'missing', 'lost', 'gone', 'highest', 'proven until', 'last manifest'],
      ...streams.map((one) => [
        one.stream,
        one.outboxId,
        `${one.received}`,
        `${one.missing}`,
        `${one.lost}`,
        `${one.gone}`,
        `${one.highest}`,
        `${one.provenUntil}${one.contradicted > 0 ? `, ${one.contradicted} contradicted` : ''}`,
        one.manifestAt ?? 'none yet',
      ]),
    ]),
    ...open.flatMap(({ stream, missingRanges, asking }) => [
      `${stream} misses ${missingRanges.map(rangeText).join(', ')}${missingRanges.length < 10 ? '' : ' and more'}`,
      `  ${asking.sentence}`,
    ]),
    ...lost.flatMap(({ stream, losses }) =>
      losses.map(
        ({ cause, entries, records }) => `${stream} lost ${records} (${entries}): ${causeText(cause)}`,
      ),
    ),
  ];
}

function rangeText({ from, until }: { readonly from: number; readonly until: number }): string {
  return from === until ? `${from}` : `${from} to ${until}`;
}

/** A newer gateway may know causes that this desk does not. */
function causeText(cause: string): string {
  return (LOSS_CAUSES as Readonly<Record<string, string>>)[cause] ?? cause;
}
