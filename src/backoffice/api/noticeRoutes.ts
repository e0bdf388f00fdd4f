import { authoriseSchema, forecastQuestionSchema, reasonSchema, stageSchema } from '../../contract/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WebAnswer } from '../../ports/web.ts';
import { boardAnswer } from '../notices/board.ts';
import type { Boards } from '../notices/boards.ts';
import type { NoticeBook } from '../notices/book.ts';
import type { Outcome } from '../notices/outcome.ts';
import type { NoticeRecord } from '../notices/record.ts';
import type { Notices } from '../notices/service.ts';
import { isReachable } from '../registry/rules.ts';
import type { Registry } from '../registry/service.ts';
import { answerOf, json, refuse } from './answers.ts';
import { describeNotice, summaryOf } from './describeNotice.ts';
import { type Call, pageOf, type Route, readBody, readJson } from './route.ts';

interface NoticeRouteParts {
  readonly notices: Notices;
  readonly book: NoticeBook;
  readonly boards: Boards;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** Notices from the draft to the board. */
export function noticeRoutes(parts: NoticeRouteParts): readonly Route[] {
  const { notices, book, boards, registry, clock } = parts;
  const shown = ({ actor }: Call, outcome: Outcome, status = 200): WebAnswer =>
    answerOf(
      outcome,
      (notice) => describeNotice(notice, actor.person, { ...parts, nowUtcMs: clock.now().utcMs }),
      status,
    );
  const found = ({ values }: Call, show: (notice: NoticeRecord) => WebAnswer): WebAnswer => {
    const notice = book.find(values.id ?? '');
    return notice === undefined ? refuse('notFound', `There is no notice ${values.id}.`) : show(notice);
  };
  const withReason =
    (step: (noticeId: string, reason: string, actor: Call['actor']) => Outcome): Route['run'] =>
    (call) => {
      const read = readBody(call.request, reasonSchema);
      return read.ok ? shown(call, step(call.values.id ?? '', read.body.reason, call.actor)) : read.answer;
    };
  return [
    {
      method: 'POST',
      path: '/api/forecast',
      run: ({ request }) => {
        const read = readBody(request, forecastQuestionSchema);
        return read.ok ? json(notices.forecast(read.body)) : read.answer;
      },
    },
    {
      method: 'POST',
      path: '/api/notices/check',
      run: ({ request }) => json(notices.check(readJson(request.body))),
    },
    {
      method: 'POST',
      path: '/api/notices',
      run: (call) => shown(call, notices.draft(readJson(call.request.body), call.actor), 201),
    },
    {
      method: 'GET',
      path: '/api/notices',
      run: ({ request: { query } }) => {
        const nowUtcMs = clock.now().utcMs;
        const { page, pageSize } = pageOf(query);
        const [state, area] = [query.get('state'), query.get('area')];
        const rows = book
          .all()
          .filter(
            ({ draft }) => area === null || (draft.area.kind !== 'gateways' && draft.area.areaId === area),
          )
          .map((notice) => summaryOf(notice, { book, nowUtcMs }))
          .filter((summary) => state === null || summary.state === state);
        return json({
          total: rows.length,
          page,
          pageSize,
          rows: rows.slice((page - 1) * pageSize, page * pageSize),
        });
      },
    },
    {
      method: 'GET',
      path: '/api/notices/:id',
      run: (call) => found(call, (value) => shown(call, { ok: true, value })),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/forecast',
      run: (call) => shown(call, notices.renewForecast(call.values.id ?? '')),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/authorise',
      run: (call) => {
        const read = readBody(call.request, authoriseSchema);
        if (!read.ok) return read.answer;
        return shown(call, notices.authorise(call.values.id ?? '', read.body.forecastAt, call.actor));
      },
    },
    {
      method: 'POST',
      path: '/api/notices/:id/send',
      run: async (call) => shown(call, await notices.send(call.values.id ?? '', call.actor)),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/discard',
      run: withReason((id, reason, actor) => notices.discard(id, reason, actor)),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/cancel',
      run: withReason((id, reason, actor) => notices.askCancel(id, reason, actor)),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/cancel/refuse',
      run: withReason((id, reason, actor) => notices.refuseCancel(id, reason, actor)),
    },
    {
      method: 'POST',
      path: '/api/notices/:id/cancel/authorise',
      run: async (call) => shown(call, await notices.authoriseCancel(call.values.id ?? '', call.actor)),
    },
    {
      method: 'GET',
      path: '/api/notices/:id/board',
      run: (call) =>
        found(call, (notice) => {
          const nowUtcMs = clock.now().utcMs;
          const board = boards.of(notice.noticeId);
          const state = book.state(notice, nowUtcMs);
          return json({ ...boardAnswer(notice, board, { state, nowUtcMs }), series: board.series });
        }),
    },
    {
      method: 'GET',
      path: '/api/notices/:id/gateways',
      run: (call) =>
        found(call, (notice) => {
          const { query } = call.request;
          const stage = stageSchema.safeParse(query.get('stage'));
          const search = query.get('search') ?? '';
          const nowUtcMs = clock.now().utcMs;
          const asked = {
            ...pageOf(query),
            ...(stage.success ? { stage: stage.data } : {}),
            ...(search === '' ? {} : { search }),
          };
          const reaches = (gatewayId: string): boolean => {
            const record = registry.find(gatewayId);
            return record !== undefined && isReachable(record, nowUtcMs);
          };
          return json(boards.of(notice.noticeId).page(notice, asked, reaches));
        }),
    },
  ];
}
