import { importSchema, publishTrustSchema } from '../../contract/desk.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { NoticeBook } from '../notices/book.ts';
import { rowOf } from '../registry/rules.ts';
import type { Registry } from '../registry/service.ts';
import type { DeskStore } from '../store.ts';
import type { TrustPublisher } from '../trust/trustPublisher.ts';
import { answerOf, json, refuse } from './answers.ts';
import { consentStateOf, pageOf, type Route, readBody, whole } from './route.ts';

interface RegistryRouteParts {
  readonly registry: Registry;
  readonly book: NoticeBook;
  readonly store: DeskStore;
  readonly trail: AuditTrail;
  readonly trust: TrustPublisher;
  readonly clock: Clock;
}

/** Areas, gateways, what was set aside, the trust bundle. */
export function registryRoutes({
  registry,
  book,
  store,
  trail,
  trust,
  clock,
}: RegistryRouteParts): readonly Route[] {
  const areas = () => {
    const open = book.open(clock.now().utcMs);
    return registry.areas(({ kind, areaId }) =>
      open
        .filter(({ draft: { area } }) => area.kind === kind && area.areaId === areaId)
        .map(({ noticeId, draft }) => ({ noticeId, isRehearsal: draft.rehearsal })),
    );
  };
  return [
    { method: 'GET', path: '/api/areas', run: () => json(areas()) },
    {
      method: 'GET',
      path: '/api/areas/:area',
      run: ({ values }) => {
        const found = areas().areas.find(({ areaId }) => areaId === values.area);
        return found === undefined ? refuse('notFound', `There is no area ${values.area}.`) : json(found);
      },
    },
    {
      method: 'GET',
      path: '/api/gateways',
      run: ({ request: { query } }) => {
        const [area, search] = [query.get('area'), query.get('search')];
        const consent = consentStateOf(query.get('consent'));
        const asked = {
          ...pageOf(query),
          ...(area === null || area === '' ? {} : { area }),
          ...(search === null || search === '' ? {} : { search }),
          ...(consent === undefined ? {} : { consent }),
        };
        return json(registry.page(asked));
      },
    },
    {
      method: 'GET',
      path: '/api/gateways/:id',
      run: ({ values }) => {
        const record = registry.find(values.id ?? '');
        if (record === undefined) return refuse('notFound', `No gateway ${values.id} is registered.`);
        return json(rowOf(record, clock.now().utcMs));
      },
    },
    {
      method: 'POST',
      path: '/api/gateways/import',
      run: ({ request, actor }) => {
        if (!actor.person.roles.includes('registrar'))
          return refuse('notAllowed', 'This needs the role registrar.');
        const read = readBody(request, importSchema);
        if (!read.ok) return read.answer;
        const result = store.transaction(() => {
          const done = registry.importAll(read.body.gateways);
          const sentence = `${done.added} added, ${done.changed} changed, ${done.unchanged} as they were.`;
          trail.write({
            user: actor.person.name,
            action: 'gateways.imported',
            subject: '',
            from: actor.from,
            sentence,
          });
          return done;
        });
        return json(result);
      },
    },
    {
      method: 'GET',
      path: '/api/set-aside',
      run: ({ request }) =>
        json({ messages: store.newestSetAside(whole(request.query.get('limit'), 50, 500)) }),
    },
    {
      method: 'POST',
      path: '/api/trust',
      run: async ({ request, actor }) => {
        const read = readBody(request, publishTrustSchema);
        return read.ok
          ? answerOf(await trust.publish(read.body.jws, actor), (published) => published)
          : read.answer;
      },
    },
  ];
}
