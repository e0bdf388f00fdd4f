import { consentWishSchema, publishTextsSchema } from '../../contract/desk.ts';
import { GATEWAY_PURPOSES } from '../../domain/consent.ts';
import type { WebAnswer } from '../../ports/web.ts';
import type { ConsentBook } from '../consent/service.ts';
import type { TextPublisher } from '../consent/textPublisher.ts';
import type { Registry } from '../registry/service.ts';
import { answerOf, json, refuse } from './answers.ts';
import { type Call, consentStateOf, pageOf, type Route, readBody } from './route.ts';

interface ConsentRouteParts {
  readonly registry: Registry;
  readonly consents: ConsentBook;
  readonly texts: TextPublisher;
}

/** What homes have agreed to, what people told the desk for them, and the texts that are agreed to. */
export function consentRoutes({ registry, consents, texts }: ConsentRouteParts): readonly Route[] {
  const known =
    (show: (gatewayId: string, call: Call) => WebAnswer) =>
    (call: Call): WebAnswer => {
      const { id = '' } = call.values;
      return registry.find(id) === undefined
        ? refuse('notFound', `No gateway ${id} is registered.`)
        : show(id, call);
    };
  return [
    { method: 'GET', path: '/api/gateways/:id/consents', run: known((id) => json(consents.home(id))) },
    {
      method: 'GET',
      path: '/api/gateways/:id/consents/ledger',
      run: known((id, { request: { query } }) => {
        const [person, purpose] = [query.get('person'), query.get('purpose')];
        return json(
          consents.ledger(id, {
            ...(person === null ? {} : { person }),
            ...(purpose === null ? {} : { purpose }),
          }),
        );
      }),
    },
    {
      method: 'POST',
      path: '/api/gateways/:id/consents',
      run: async ({ request, actor, values: { id = '' } }) => {
        const read = readBody(request, consentWishSchema);
        if (!read.ok) return read.answer;
        return answerOf(await consents.request(id, read.body, actor), (told) => told);
      },
    },
    {
      method: 'GET',
      path: '/api/consents',
      run: ({ request: { query } }) => {
        const purpose = GATEWAY_PURPOSES.find((each) => each === query.get('purpose'));
        if (purpose === undefined) return wrongPurpose();
        const state = consentStateOf(query.get('state'));
        return json(consents.page({ purpose, ...pageOf(query), ...(state === undefined ? {} : { state }) }));
      },
    },
    {
      method: 'GET',
      path: '/api/consents/campaign',
      run: ({ request: { query } }) => {
        const purpose = GATEWAY_PURPOSES.find((each) => each === query.get('purpose'));
        return purpose === undefined
          ? wrongPurpose()
          : json(consents.campaign(purpose, query.get('text') ?? ''));
      },
    },
    {
      method: 'POST',
      path: '/api/consents/texts',
      run: async ({ request, actor }) => {
        const read = readBody(request, publishTextsSchema);
        if (!read.ok) return read.answer;
        return answerOf(await texts.publish(read.body, actor), (published) => published);
      },
    },
  ];
}

function wrongPurpose(): WebAnswer {
  const sentence = `Expected as purpose one of ${GATEWAY_PURPOSES.join(', ')}.`;
  return refuse('notValid', sentence, { problems: [{ path: 'purpose', sentence }] });
}
