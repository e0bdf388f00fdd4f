import { describe, expect, it } from 'vitest';
import type { Issuing } from '../../src/ports/certificateIssuer.ts';
import { makeSigner } from '../support/keys.ts';
import { StandingDesk } from './standing.ts';

const TOPIC = 'loadgate/v1/home-0001/control/certificate';
const DAY_MS = 86_400_000;
const backOffice = makeSigner('back-office-1');

function pemOf(label: string, text: string): string {
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
}

/** An authority that a test asks, and whose answer it says. */
class FakeIssuer {
  readonly asked: { readonly csr: string; readonly name: string }[] = [];
  refusal: string | undefined;

  async issue(csr: string, name: string, nowUtcMs: number): Promise<Issuing> {
    this.asked.push({ csr, name });
    // As a key on another machine takes its time.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.refusal !== undefined) return { ok: false, cause: this.refusal };
    const serial = String(this.asked.length);
    const certificates = pemOf('CERTIFICATE', `AAA${serial}`);
    return { ok: true, certificates, serial, untilUtcMs: nowUtcMs + 90 * DAY_MS };
  }
}

interface Standing {
  readonly issuer?: FakeIssuer;
  readonly hasKey?: boolean;
}

/** A desk with one home that asks; the answers as they went to the broker. */
async function standing({ issuer, hasKey = true }: Standing = {}) {
  const ownSigner = {
    keyId: backOffice.keyId,
    publicKey: backOffice.publicKey,
    sign: async (payload: object) => backOffice.sign(payload),
  };
  const desk = new StandingDesk({ ...(issuer && { issuer }), ...(hasKey && { ownSigner }) });
  await desk.register(1);
  const ask = async (text = 'AAAA', change: object = {}): Promise<void> => {
    await desk.signed('home-0001', {
      schema: 'loadgate.certificate-request/1',
      gatewayId: 'home-0001',
      id: `request-${text}`,
      at: '2026-01-05T17:00:00.000Z',
      csr: pemOf('CERTIFICATE REQUEST', text),
      ...change,
    });
    await desk.clock.advance(100);
  };
  const answers = (): readonly Record<string, unknown>[] =>
    desk.bus.published
      .filter(({ topic }) => topic === TOPIC)
      .map(({ payload }) => JSON.parse(Buffer.from(payload.split('.')[1] ?? '', 'base64url').toString()));
  const audit = async (): Promise<readonly string[]> => {
    const { body } = await desk.as<{
      entries: readonly { action: string; subject: string; sentence: string }[];
    }>('anna', 'GET', '/api/audit');
    return body.entries
      .filter(({ action }) => action.startsWith('certificate.'))
      .map(({ action, subject, sentence }) => `${action} ${subject}: ${sentence}`)
      .reverse();
  };
  return { desk, ask, answers, audit };
}

describe('a gateway that asks for a certificate', () => {
  it('gets one by its own name, signed by the back office, with an entry in the audit trail', async () => {
    const issuer = new FakeIssuer();
    const { desk, ask, answers, audit } = await standing({ issuer });
    await ask();
    expect(issuer.asked).toMatchObject([{ name: 'home-0001' }]);
    expect(answers()).toEqual([
      {
        schema: 'loadgate.certificate/1',
        gatewayId: 'home-0001',
        id: 'request-AAAA',
        issuedAt: '2026-01-05T17:00:00.000Z',
        certificates: pemOf('CERTIFICATE', 'AAA1'),
      },
    ]);
    expect(desk.bus.published.find(({ topic }) => topic === TOPIC)?.retain).toBe(false);
    expect(await audit()).toEqual([
      'certificate.issued home-0001: Issued a certificate until 2026-04-05T17:00:00.000Z, serial 1.',
    ]);
  });

  it('gets the same one for the same request, also after a restart of the desk and while two come at once', async () => {
    const issuer = new FakeIssuer();
    const { desk, ask, answers, audit } = await standing({ issuer });
    await Promise.all([ask(), ask()]);
    desk.restart();
    await ask();
    expect(issuer.asked).toHaveLength(1);
    expect(new Set(answers().map(({ certificates }) => certificates)).size).toBe(1);
    expect(answers()).toHaveLength(3);
    expect(await audit()).toHaveLength(1);
  });

  it('gets it when it asks again, where the broker had not taken the answer', async () => {
    const issuer = new FakeIssuer();
    const { desk, ask, answers } = await standing({ issuer });
    desk.bus.answer = () => ({ ok: false, cause: 'timeout', detail: 'no acknowledgement' });
    await ask();
    expect(answers()).toEqual([]);
    desk.bus.answer = () => ({ ok: true });
    await ask();
    expect(answers()).toHaveLength(1);
    expect(issuer.asked).toHaveLength(1);
  });

  it('gets four a day at the most, and is told apart in the audit trail once', async () => {
    const issuer = new FakeIssuer();
    const { desk, ask, answers, audit } = await standing({ issuer });
    for (let turn = 1; turn <= 7; turn += 1) await ask(`AAA${turn}`);
    expect(answers()).toHaveLength(4);
    expect(
      (await audit()).filter((entry) => entry.includes('it was given 4 in the last 24 hours')),
    ).toHaveLength(1);
    await ask('AAA1');
    expect(answers()).toHaveLength(5);
    await desk.clock.advance(DAY_MS);
    await ask('AAA5');
    expect(answers()).toHaveLength(6);
  });

  it.each([
    ['without an authority', { hasKey: true }, 'no certificates (an authority)'],
    ['without a key of the back office', { issuer: new FakeIssuer(), hasKey: false }, 'no backOfficeKey'],
  ])('gets no answer of a desk %s, which says so', async (_, options, words) => {
    const { desk, ask, answers, audit } = await standing(options);
    await ask();
    await ask();
    expect(answers()).toEqual([]);
    expect(await audit()).toEqual([
      `certificate.refused home-0001: No certificate was issued: this desk issues no certificates: its settings have ${words}.`,
    ]);
    expect(desk.log.lines.some((line) => JSON.stringify(line).includes('No certificate was issued'))).toBe(
      true,
    );
  });

  it('gets no answer when the authority refuses, and the cause is on record', async () => {
    const issuer = new FakeIssuer();
    issuer.refusal = 'its key is not on the curve P-256';
    const { ask, answers, audit } = await standing({ issuer });
    await ask();
    expect(answers()).toEqual([]);
    expect(await audit()).toEqual([
      'certificate.refused home-0001: No certificate was issued: its key is not on the curve P-256.',
    ]);
    issuer.refusal = undefined;
    await ask();
    expect(answers()).toHaveLength(1);
  });

  it('and does not take it is on record with the cause, and what it refuses besides is not', async () => {
    const { desk, ask, audit } = await standing({ issuer: new FakeIssuer() });
    await ask();
    for (const topic of [TOPIC, TOPIC, 'loadgate/v1/home-0001/control/range']) {
      const body = { kind: 'controlRefused', topic, cause: 'it is for another key' };
      await desk.deliver(desk.envelope('home-0001', 'events', 'loadgate.event/1', body));
    }
    expect((await audit()).slice(1)).toEqual([
      'certificate.notTaken home-0001: The gateway has not taken it: it is for another key.',
    ]);
  });

  it.each([
    ['names another gateway in what it signed', 'home-0001', { gatewayId: 'home-0002' }],
    ['is not registered', 'home-0009', {}],
  ])('and %s is not listened to', async (_, from, change) => {
    const issuer = new FakeIssuer();
    const { desk } = await standing({ issuer });
    if (!desk.gateways.has(from)) desk.gateways.set(from, makeSigner());
    await desk.signed(from, {
      schema: 'loadgate.certificate-request/1',
      gatewayId: from,
      id: 'request-1',
      at: '2026-01-05T17:00:00.000Z',
      csr: pemOf('CERTIFICATE REQUEST', 'AAAA'),
      ...change,
    });
    await desk.clock.advance(100);
    expect(issuer.asked).toEqual([]);
  });

  it('with the key of somebody else is not listened to', async () => {
    const issuer = new FakeIssuer();
    const { desk, ask } = await standing({ issuer });
    desk.gateways.set('home-0001', makeSigner());
    await ask();
    expect(issuer.asked).toEqual([]);
  });
});
