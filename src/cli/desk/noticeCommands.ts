import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readJsoncFile } from '../../config/readJsoncFile.ts';
import {
  type Board,
  boardSchema,
  forecastSchema,
  type Notice,
  noticePageSchema,
  noticeSchema,
  type ReportFormat,
  type ReportKind,
  reportListSchema,
} from '../../contract/desk.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { askDesk, type DeskAnswer, fetchText, withLogin } from './deskClient.ts';
import type { DeskLogin } from './loginFile.ts';
import { renderBoard, renderForecast, renderNotice, renderNotices } from './renderDesk.ts';

/** Time between two looks of `board --watch`. */
const WATCH_EVERY_MS = 1_000;

export function listNotices(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const answer = await askDesk(
      url,
      { method: 'GET', path: '/api/notices?pageSize=500', token },
      noticePageSchema,
    );
    return print(command, context, answer, ({ rows }) => renderNotices(rows));
  });
}

export function forecast(command: Command, context: Context): Promise<number> {
  return withFile(command, context, async ({ url, token }, value) => {
    const { area, measure } = (typeof value === 'object' && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    const asked = { method: 'POST', path: '/api/forecast', body: { area, measure }, token } as const;
    return print(command, context, await askDesk(url, asked, forecastSchema), renderForecast);
  });
}

export function draft(command: Command, context: Context): Promise<number> {
  return withFile(command, context, async ({ url, token }, body) => {
    const answer = await askDesk(url, { method: 'POST', path: '/api/notices', body, token }, noticeSchema);
    return print(command, context, answer, (notice) => [
      ...renderNotice(notice),
      '',
      `A second person now reads it and authorises it: loadgate desk authorise ${notice.noticeId}`,
    ]);
  });
}

export function showNotice(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async (login) =>
    print(command, context, await fetchNotice(login, command.args[0] ?? ''), renderNotice),
  );
}

/** Without --read it shows what there is to read, with a new forecast; with it, it authorises. */
export function authorise(command: Command, context: Context): Promise<number> {
  const { read } = command.opts<{ read?: string }>();
  if (read !== undefined) return step(command, context, 'authorise', { forecastAt: read });
  return withLogin(command, context, async (login) => {
    const answer = await postStep(login, command.args[0] ?? '', 'forecast', {});
    return print(command, context, answer, (notice) => [
      ...renderNotice(notice),
      '',
      `If you have read this, authorise it: loadgate desk authorise ${notice.noticeId} --read ${notice.forecast.at}`,
    ]);
  });
}

export function send(command: Command, context: Context): Promise<number> {
  return step(command, context, 'send', {});
}

export function discard(command: Command, context: Context): Promise<number> {
  const { reason } = command.opts<{ reason: string }>();
  return step(command, context, 'discard', { reason });
}

/** Asks for an early end with a reason; a second person lets it go. */
export async function cancel(command: Command, context: Context): Promise<number> {
  const {
    reason,
    authorise: isSecond,
    refuse: isRefusal,
  } = command.opts<{ reason?: string; authorise?: boolean; refuse?: boolean }>();
  if (isSecond === true) return step(command, context, 'cancel/authorise', {});
  if (reason === undefined)
    return refuse(context, 'wrongUsage', 'expected --reason <text>, or --authorise from a second person');
  return step(command, context, isRefusal === true ? 'cancel/refuse' : 'cancel', { reason });
}

export function board(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const path = `/api/notices/${encodeURIComponent(command.args[0] ?? '')}/board`;
    const look = (): Promise<DeskAnswer<Board>> => askDesk(url, { method: 'GET', path, token }, boardSchema);
    if (command.opts<{ watch?: boolean }>().watch !== true) {
      return print(command, context, await look(), renderBoard);
    }
    const clock = (await context.compose()).createClock(1);
    let isStopped = false;
    const end = context.onStopSignal(() => {
      isStopped = true;
    });
    try {
      for (;;) {
        const answer = await look();
        const code = print(command, context, answer, (found) => [...renderBoard(found), '']);
        if (!answer.ok || answer.value.state === 'over' || isStopped) return code;
        await new Promise<void>((resolve) => clock.after(WATCH_EVERY_MS, resolve));
        if (isStopped) return code;
      }
    } finally {
      end();
    }
  });
}

/** Writes the reports to a folder: to Ofgem, to each supplier, and to the customers that are named. */
export function reports(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async (login) => {
    const [noticeId = ''] = command.args;
    const { output, gateway = [] } = command.opts<{ output: string; gateway?: string[] }>();
    const base = `/api/notices/${encodeURIComponent(noticeId)}/reports`;
    const list = await askDesk(
      login.url,
      { method: 'GET', path: base, token: login.token },
      reportListSchema,
    );
    if (!list.ok) return refuse(context, list.exit, list.detail);
    const wanted: readonly (readonly [ReportKind, string, string])[] = [
      ['ofgem', '', ''],
      ...list.value.suppliers.map(
        ({ supplierId }) => ['supplier', supplierId, `supplier=${encodeURIComponent(supplierId)}`] as const,
      ),
      ...gateway.map((id) => ['customer', id, `gateway=${encodeURIComponent(id)}`] as const),
    ];
    const folder = resolve(context.workingDirectory, output);
    const files: string[] = [];
    for (const [kind, whose, query] of wanted) {
      for (const format of ['json', 'csv', 'html'] satisfies ReportFormat[]) {
        const path = `${base}/${kind}?${query}&format=${format}`;
        const report = await fetchText(login.url, { method: 'GET', path, token: login.token });
        if (!report.ok) return refuse(context, report.exit, report.detail);
        const name = [noticeId, kind, whose]
          .filter((part) => part !== '')
          .join('-')
          .replace(/[^A-Za-z0-9.-]/g, '_');
        const file = join(folder, `${name}.${format}`);
        try {
          mkdirSync(folder, { recursive: true });
          writeFileSync(file, report.value);
        } catch (error) {
          return refuse(
            context,
            'storeUnavailable',
            `${file}: expected a file that can be written, found: ${String(error)}`,
          );
        }
        files.push(file);
      }
    }
    if (isJson(command)) writeJson(context, { ...list.value, files });
    else context.standardOutput.write(`${files.join('\n')}\n`);
    return EXIT_CODES.ok.code;
  });
}

function fetchNotice({ url, token }: DeskLogin, noticeId: string): Promise<DeskAnswer<Notice>> {
  return askDesk(
    url,
    { method: 'GET', path: `/api/notices/${encodeURIComponent(noticeId)}`, token },
    noticeSchema,
  );
}

function postStep(
  { url, token }: DeskLogin,
  noticeId: string,
  name: string,
  body: object,
): Promise<DeskAnswer<Notice>> {
  const path = `/api/notices/${encodeURIComponent(noticeId)}/${name}`;
  return askDesk(url, { method: 'POST', path, body, token }, noticeSchema);
}

function step(command: Command, context: Context, name: string, body: object): Promise<number> {
  return withLogin(command, context, async (login) =>
    print(command, context, await postStep(login, command.args[0] ?? '', name, body), (notice) =>
      renderNotices([notice]),
    ),
  );
}

function withFile(
  command: Command,
  context: Context,
  run: (login: DeskLogin, value: unknown) => Promise<number>,
): Promise<number> {
  return withLogin(command, context, async (login) => {
    const read = readJsoncFile(resolve(context.workingDirectory, command.args[0] ?? ''));
    return read.ok ? run(login, read.value) : refuseMistakes(context, [read.mistake]);
  });
}

function isJson(command: Command): boolean {
  return command.opts<{ json?: boolean }>().json === true;
}

export function print<T>(
  command: Command,
  context: Context,
  answer: DeskAnswer<T>,
  render: (value: T) => readonly string[],
): number {
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (isJson(command)) writeJson(context, answer.value);
  else context.standardOutput.write(`${render(answer.value).join('\n')}\n`);
  return EXIT_CODES.ok.code;
}
