import { type CompletenessPage, completenessStates, type StreamReports } from '../../contract/desk.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Registry } from '../registry/service.ts';
import type { DeskStore } from '../store.ts';
import { pageOfCompleteness } from '../usage/completeness.ts';
import type { Receiver } from '../usage/service.ts';
import { json, refuse } from './answers.ts';
import { pageOf, type Route } from './route.ts';

interface CompletenessRouteParts {
  readonly registry: Registry;
  readonly receiver: Receiver;
  readonly store: DeskStore;
  readonly trail: AuditTrail;
}

/** How whole the records of the gateways are, and asking anew for what was given up. */
export function completenessRoutes(parts: CompletenessRouteParts): readonly Route[] {
  const { registry, receiver, store, trail } = parts;
  const reports = (gatewayId: string): StreamReports => ({ streams: [...receiver.report(gatewayId)] });
  const unknown = (gatewayId: string) => refuse('notFound', `No gateway ${gatewayId} is registered.`);
  return [
    {
      method: 'GET',
      path: '/api/completeness',
      run: ({ request: { query } }) => {
        const state = completenessStates.find((each) => each === query.get('state'));
        const asked = {
          ...pageOf(query),
          search: query.get('search') ?? '',
          ...(state === undefined ? {} : { state }),
        };
        const rows = receiver.completeness(registry.gatewayIds());
        return json(pageOfCompleteness(rows, asked) satisfies CompletenessPage);
      },
    },
    {
      method: 'GET',
      path: '/api/gateways/:id/streams',
      run: ({ values: { id = '' } }) => (registry.find(id) === undefined ? unknown(id) : json(reports(id))),
    },
    {
      method: 'POST',
      path: '/api/gateways/:id/streams/ask',
      run: ({ values: { id = '' }, actor: { person, from } }) => {
        if (!person.roles.some((role) => role === 'engineer' || role === 'registrar')) {
          return refuse('notAllowed', 'This needs the role engineer or registrar.');
        }
        if (registry.find(id) === undefined) return unknown(id);
        const missing = receiver.askAnew(id);
        const sentence = `Missing records are asked for anew: ${missing}.`;
        store.transaction(() =>
          trail.write({ user: person.name, action: 'records.askedFor', subject: id, from, sentence }),
        );
        return json(reports(id));
      },
    },
  ];
}
