import type { Command } from 'commander';
import {
  type ConsentWish,
  campaignSchema,
  consentLedgerSchema,
  consentPageSchema,
  homeConsentSchema,
  type PublishTexts,
  publishedTextsSchema,
} from '../../contract/desk.ts';
import type { Context } from '../context.ts';
import { refuse } from '../report.ts';
import { alignColumns } from '../table.ts';
import { askDesk, withLogin } from './deskClient.ts';
import { print } from './noticeCommands.ts';
import { renderHomeConsent } from './renderConsent.ts';

export function showHomeConsent(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const asked = { method: 'GET', path: `${pathOf(command)}/consents`, token } as const;
    return print(command, context, await askDesk(url, asked, homeConsentSchema), renderHomeConsent);
  });
}

export function showLedger(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const { person, purpose } = command.opts<{ person?: string; purpose?: string }>();
    const query = new URLSearchParams({
      ...(person === undefined ? {} : { person }),
      ...(purpose === undefined ? {} : { purpose }),
    });
    const asked = { method: 'GET', path: `${pathOf(command)}/consents/ledger?${query}`, token } as const;
    return print(command, context, await askDesk(url, asked, consentLedgerSchema), ({ entries }) =>
      entries.flatMap((one) => [
        `${one.at}  ${one.purpose} ${one.action} by ${one.person}, text ${one.textVersion}, ${one.how}`,
        `  ${one.jws}`,
      ]),
    );
  });
}

/** What somebody of the household has told the back office. */
export function enterConsent(action: ConsentWish['action']) {
  return (command: Command, context: Context): Promise<number> =>
    withLogin(command, context, async ({ url, token }) => {
      const { person = 'main', ...options } = command.opts<{
        person?: string;
        text?: string;
        evidence?: string;
        until?: number;
      }>();
      const body = {
        purpose: command.args[1],
        action,
        person,
        ...(options.text === undefined ? {} : { textVersion: options.text }),
        ...(options.evidence === undefined ? {} : { evidence: options.evidence }),
        ...(options.until === undefined ? {} : { expiresAt: new Date(options.until).toISOString() }),
      };
      const entered = await askDesk(
        url,
        { method: 'POST', path: `${pathOf(command)}/consents`, body, token },
        homeConsentSchema.shape.requests.element,
      );
      return print(command, context, entered, (request) => [
        `${request.purpose} ${request.action} by ${request.person}, text ${request.textVersion}: ${request.state}`,
        `The gateway answers with its signed entry; look with: loadgate desk consent show ${command.args[0]}`,
      ]);
    });
}

export function listConsents(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const { state } = command.opts<{ state?: string }>();
    const [purpose = ''] = command.args;
    const query = new URLSearchParams({
      purpose,
      pageSize: '500',
      ...(state === undefined ? {} : { state }),
    });
    const answer = await askDesk(
      url,
      { method: 'GET', path: `/api/consents?${query}`, token },
      consentPageSchema,
    );
    return print(command, context, answer, ({ rows, total }) => [
      ...alignColumns([
        ['gateway', 'person', 'state', 'text', 'since'],
        ...rows.map((row) => [row.gatewayId, row.person, row.state, row.textVersion, row.at]),
      ]),
      ...(total > rows.length ? [`and ${total - rows.length} more`] : []),
    ]);
  });
}

export function showCampaign(command: Command, context: Context): Promise<number> {
  return withLogin(command, context, async ({ url, token }) => {
    const [purpose = '', text = ''] = command.args;
    const query = new URLSearchParams({ purpose, text });
    const asked = { method: 'GET', path: `/api/consents/campaign?${query}`, token } as const;
    return print(command, context, await askDesk(url, asked, campaignSchema), ({ rows }) => [
      ...alignColumns([
        ['gateway', 'person', 'agreed to'],
        ...rows.map((row) => [row.gatewayId, row.person, row.textVersion]),
      ]),
      `${rows.length} to be asked again`,
    ]);
  });
}

/** `chargingData=charging-data-2 research=research-2` to all, to an area or to one gateway. */
export function publishTexts(command: Command, context: Context): Promise<number> {
  const options = command.opts<Target & { appliesFrom?: number }>();
  const to = targetOf(options);
  if (to === undefined) {
    const expected = 'expected one of --all, --feeder, --substation and --gateway';
    return Promise.resolve(refuse(context, 'wrongUsage', expected));
  }
  const pairs = command.args.map((word) => word.split('=') as [string, string?]);
  const wrong = pairs.find(([, version]) => version === undefined || version === '');
  if (wrong !== undefined) {
    const expected = `expected a purpose and the version of its text, such as chargingData=charging-data-2; found "${wrong[0]}"`;
    return Promise.resolve(refuse(context, 'wrongUsage', expected));
  }
  const { appliesFrom } = options;
  const from = appliesFrom === undefined ? {} : { appliesFrom: new Date(appliesFrom).toISOString() };
  const texts = Object.fromEntries(pairs.map(([purpose, version]) => [purpose, { version, ...from }]));
  return withLogin(command, context, async ({ url, token }) => {
    const asked = { method: 'POST', path: '/api/consents/texts', body: { texts, to }, token } as const;
    const answer = await askDesk(url, asked, publishedTextsSchema);
    return print(command, context, answer, ({ version, gateways, toAskAgain }) => [
      `Version ${version} of the texts goes to ${gateways} gateways; ${toAskAgain} persons agreed to another text`,
    ]);
  });
}

interface Target {
  readonly all?: boolean;
  readonly feeder?: string;
  readonly substation?: string;
  readonly gateway?: string;
}

function targetOf({ all, feeder, substation, gateway }: Target): PublishTexts['to'] | undefined {
  const targets: PublishTexts['to'][] = [
    ...(all === true ? [{ kind: 'all' } as const] : []),
    ...(feeder === undefined ? [] : [{ kind: 'feeder', areaId: feeder } as const]),
    ...(substation === undefined ? [] : [{ kind: 'substation', areaId: substation } as const]),
    ...(gateway === undefined ? [] : [{ kind: 'gateway', gatewayId: gateway } as const]),
  ];
  return targets.length === 1 ? targets[0] : undefined;
}

function pathOf({ args: [gatewayId = ''] }: Command): string {
  return `/api/gateways/${encodeURIComponent(gatewayId)}`;
}
