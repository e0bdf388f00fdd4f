import { describe, expect, it } from 'vitest';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { certificateViewSchema } from '../../src/contract/certificate.ts';
import { statusSchema } from '../../src/contract/status.ts';
import { type LocalView, localRoutes } from '../../src/gateway/localRoutes.ts';
import { describeNoCertificate } from '../../src/sync/certificates/describeRenewal.ts';
import { FakeHome } from './parts.ts';

describe('the status', () => {
  it('says nothing of a certificate where none is set', () => {
    expect(new FakeHome().gateway.status().sync.certificate).toBeUndefined();
  });

  it('says how long it is good and where the renewal stands, with its faults', () => {
    const home = new FakeHome();
    const certificate = { validUntil: '2026-01-06T00:00:00.000Z', sentence: 'Valid until tomorrow' };
    const fault = { code: 'certificate-ends-within-days', subject: 'certificate', sinceMs: 0 } as const;
    home.certificate = { certificate, faults: [fault] };
    const status = statusSchema.parse(home.gateway.status());
    expect(status.sync.certificate).toEqual(certificate);
    expect(status.faults).toMatchObject([fault]);
  });
});

describe('a word to the back office', () => {
  it('goes out signed with the key of the gateway, and is on the disk when it was said', async () => {
    const home = new FakeHome();
    expect(home.gateway.say({ schema: 'loadgate.certificate-request/1', id: 'request-1' })).toBe(true);
    const [draft] = home.store.drafts('receipts') as { jws: string }[];
    const jws = draft?.jws ?? '';
    const { publicKey } = home.gateway.status().identity;
    expect(await createSignatureReader().isSignedBy(jws, publicKey)).toBe(true);
    expect(JSON.parse(createSignatureReader().takeApart(jws)?.payload ?? '')).toMatchObject({
      id: 'request-1',
    });
  });

  it('that the disk did not take is said so, and goes out with the next record', async () => {
    const home = new FakeHome();
    home.store.isFull = true;
    expect(home.gateway.say({ id: 'request-1' })).toBe(false);
    expect(home.store.drafts('receipts')).toEqual([]);
    home.store.isFull = false;
    home.gateway.start();
    await home.clock.advance(60_000);
    expect(home.store.drafts('receipts').length).toBeGreaterThan(0);
  });
});

describe('the certificate at the local socket', () => {
  async function ask(path: string, view: Partial<LocalView> | undefined) {
    const route = localRoutes(() => view as LocalView | undefined).find((each) => each.path === path);
    return await route?.answer(new URLSearchParams());
  }
  const certificate = {
    report: () => describeNoCertificate({ utcMs: 0, runningMs: 0, clockLevel: 'none' }),
    renew: async () => ({ isDone: true, sentence: 'A new certificate is asked for' }),
  };

  it('is shown, and renewed', async () => {
    const shown = await ask('/certificate', { certificate });
    expect(certificateViewSchema.parse(shown?.body).sentence).toContain(
      'No certificate of this gateway is set',
    );
    expect(await ask('/certificate/renew', { certificate })).toEqual({
      status: 200,
      body: { isDone: true, sentence: 'A new certificate is asked for' },
    });
  });

  it.each(['/certificate', '/certificate/renew'])(
    'is not known before the gateway stands: %s',
    async (path) => {
      expect((await ask(path, undefined))?.status).toBe(503);
    },
  );
});
