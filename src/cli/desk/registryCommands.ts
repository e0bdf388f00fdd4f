import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readJsoncFile } from '../../config/readJsoncFile.ts';
import {
  areasSchema,
  auditPageSchema,
  gatewayPageSchema,
  importResultSchema,
  publishedTrustSchema,
} from '../../contract/desk.ts';
import type { Context } from '../context.ts';
import { refuse, refuseMistakes } from '../report.ts';
import { alignColumns, duration } from '../table.ts';
import { askDesk, withLogin } from './deskClient.ts';
import { print } from './noticeCommands.ts';
import { renderAreas } from './renderDesk.ts';

export function areas(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) =>
    print(
      command,
      context,
      await askDesk(url, { method: 'GET', path: '/api/areas', token }, areasSchema),
      renderAreas,
    ),
  );
}

export function listGateways(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const { area } = command.opts<{ area?: string }>();
    const path = `/api/gateways?pageSize=500${area === undefined ? '' : `&area=${encodeURIComponent(area)}`}`;
    const answer = await askDesk(url, { method: 'GET', path, token }, gatewayPageSchema);
    return print(command, context, answer, ({ rows, total }) => [
      ...alignColumns([
        ['gateway', 'feeder', 'consent', 'key', 'reachable', 'load'],
        ...rows.map((row) => [
          row.gatewayId,
          row.feeder,
          row.consent,
          row.key,
          row.isReachable ? 'yes' : 'no',
          row.importW === undefined
            ? 'unknown'
            : `${row.importW} W, ${duration((row.loadAgeSeconds ?? 0) * 1_000)} ago`,
        ]),
      ]),
      ...(total > rows.length ? [`and ${total - rows.length} more; name an area`] : []),
    ]);
  });
}

export function importGateways(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const read = readJsoncFile(resolve(context.workingDirectory, command.args[0] ?? ''));
    if (!read.ok) return refuseMistakes(context, [read.mistake]);
    const asked = { method: 'POST', path: '/api/gateways/import', body: read.value, token } as const;
    const answer = await askDesk(url, asked, importResultSchema);
    return print(command, context, answer, ({ added, changed, unchanged }) => [
      `${added} added, ${changed} changed, ${unchanged} as they were`,
    ]);
  });
}

export function publishTrust(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const file = resolve(context.workingDirectory, command.args[0] ?? '');
    let jws: string;
    try {
      jws = readFileSync(file, 'utf8').trim();
    } catch (error) {
      return refuse(
        context,
        'wrongUsage',
        `${file}: expected a signed trust bundle, found: ${String(error)}`,
      );
    }
    const asked = { method: 'POST', path: '/api/trust', body: { jws }, token } as const;
    const answer = await askDesk(url, asked, publishedTrustSchema);
    return print(command, context, answer, ({ version, keys, revoked }) => [
      `Published version ${version}: ${keys} keys, ${revoked} revoked`,
    ]);
  });
}

export function audit(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const answer = await askDesk(
      url,
      { method: 'GET', path: '/api/audit?limit=200', token },
      auditPageSchema,
    );
    return print(command, context, answer, ({ entries, isWhole, brokenAt }) => [
      ...alignColumns(
        entries.map(({ entry, at, user, action, subject, from, sentence }) => [
          `${entry}`,
          at,
          user ?? '-',
          action,
          subject,
          from,
          sentence,
        ]),
      ),
      isWhole ? 'The chain is whole' : `The chain is broken at entry ${brokenAt}: it was changed`,
    ]);
  });
}
