import { describe, expect, it } from 'vitest';
import { createSignatureReader } from '../../../src/adapters/jose/signatureReader.ts';
import type { CertificateMessage } from '../../../src/contract/certificate.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import { openCertificateDesk } from '../../../src/sync/certificates/certificateDesk.ts';
import { makeKeys, type TestSigner } from '../../support/keys.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { SteppedClock } from '../../support/steppedClock.ts';
import { HandBus } from '../fakes.ts';
import { NEW_PEM } from './bench.ts';

const TOPIC = 'loadgate/v1/home-1/control/certificate';
const KEYS = makeKeys();
const MESSAGE = {
  schema: 'loadgate.certificate/1',
  gatewayId: 'home-1',
  id: 'request-1',
  issuedAt: '2020-01-05T00:00:00Z',
  certificates: NEW_PEM,
};

async function deliver(text: string, { isRetained = false, times = 1 } = {}) {
  const bus = new HandBus();
  const events: DomainEvent[] = [];
  const taken: CertificateMessage[] = [];
  openCertificateDesk({
    gatewayId: 'home-1',
    bus,
    clock: new SteppedClock(),
    log: new RecordingLog(),
    onEvent: (event) => events.push(event),
    bundle: () => KEYS.bundle,
    verify: createSignatureReader(),
    onCertificate: (message) => {
      taken.push(message);
      return message.id === 'request-9' ? { ok: false, cause: 'nobody has asked' } : undefined;
    },
  });
  const payload = new TextEncoder().encode(text);
  for (let turn = 0; turn < times; turn += 1) {
    await bus.handlers.get(TOPIC)?.({ topic: TOPIC, payload, ...(isRetained && { isRetained }) });
  }
  return { taken, events };
}

describe('a message with a certificate', () => {
  it('of the back office is taken, however old it is', async () => {
    expect(await deliver(KEYS.backOffice.sign(MESSAGE))).toEqual({ taken: [MESSAGE], events: [] });
  });

  it.each<[string, TestSigner]>([
    ['the controlling party', KEYS.party],
    ['a distributor', KEYS.distributor],
    ['the root itself', KEYS.root],
  ])('signed by %s is not', async (_, signer) => {
    const { taken, events } = await deliver(signer.sign(MESSAGE));
    expect(taken).toEqual([]);
    expect(events).toHaveLength(1);
  });

  it.each([
    ['without a signature', JSON.stringify(MESSAGE)],
    ['of another schema', KEYS.backOffice.sign({ ...MESSAGE, schema: 'loadgate.consent/1' })],
    [
      'with a key in it',
      KEYS.backOffice.sign({ ...MESSAGE, certificates: `${NEW_PEM}-----BEGIN PRIVATE KEY-----` }),
    ],
    ['with more than it should have', KEYS.backOffice.sign({ ...MESSAGE, key: 'x' })],
    ['longer than any chain', KEYS.backOffice.sign({ ...MESSAGE, certificates: NEW_PEM.repeat(200) })],
  ])('%s is not', async (_, text) => {
    expect((await deliver(text)).taken).toEqual([]);
  });

  it('that the broker kept is not', async () => {
    expect((await deliver(KEYS.backOffice.sign(MESSAGE), { isRetained: true })).taken).toEqual([]);
  });

  it('that is not what was asked for is told with its id, at most ten times in a minute', async () => {
    const { events } = await deliver(KEYS.backOffice.sign({ ...MESSAGE, id: 'request-9' }), { times: 12 });
    expect(events).toHaveLength(10);
    expect(events[0]).toEqual({
      kind: 'controlRefused',
      topic: TOPIC,
      cause: 'nobody has asked',
      id: 'request-9',
    });
  });
});
