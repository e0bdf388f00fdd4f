import { beforeEach, describe, expect, it } from 'vitest';
import { TRUST_TOPIC } from '../../src/contract/topics.ts';
import { NO_TRUST } from '../../src/domain/trustBundle.ts';
import { makeSigner } from '../support/keys.ts';
import { FEEDER, InboxDesk, KEYS, NOTICE, REQUEST } from './inboxDesk.ts';

const MESSAGE = {
  schema: 'loadgate.trust-bundle/1',
  version: 2,
  issuedAt: '2026-01-05T00:00:00Z',
  keys: [
    {
      keyId: 'distributor-1',
      role: 'distributor',
      distributors: ['12'],
      publicKey: KEYS.distributor.publicKey,
    },
  ],
  revoked: [],
};

const REVOKING = {
  ...MESSAGE,
  version: 3,
  revoked: [{ keyId: 'distributor-1', revokedAt: '2026-01-05T00:00:00Z', reason: 'laptop stolen' }],
};

let desk: InboxDesk;
beforeEach(() => {
  desk = new InboxDesk();
});

function receiveBundle(message: object, signer = KEYS.root): Promise<void> {
  return desk.receiveBytes(signer.sign(message), TRUST_TOPIC, true);
}

describe('a trust bundle', () => {
  it('that the broker retains takes the place of an older one, at once and for the gateway to keep', async () => {
    desk.open({ trust: { ...KEYS.trust, bundle: NO_TRUST } });
    await desk.receiveNotice(NOTICE);
    await receiveBundle(MESSAGE);
    await desk.receiveNotice(NOTICE);
    expect(desk.refusals).toMatchObject([{ code: 'unknownKey' }]);
    expect(desk.restrictions).toHaveLength(1);
    expect(desk.bundles).toMatchObject([{ bundle: { version: 2 }, jws: KEYS.root.sign(MESSAGE) }]);
  });

  it('takes keys away as well as it gives them', async () => {
    desk.open();
    await receiveBundle(MESSAGE);
    await desk.receive(REQUEST);
    expect(desk.causes()).toEqual([expect.stringContaining('party-1 is not in the trust bundle 2')]);
  });

  it('that revokes a key counts for the command right behind it', async () => {
    desk.open();
    await Promise.all([receiveBundle(REVOKING), desk.receiveNotice(NOTICE)]);
    expect(desk.refusals).toMatchObject([
      { code: 'revokedKey', cause: expect.stringContaining('laptop stolen') },
    ]);
  });

  it('counts before it is on the disk, and is brought there when it comes again', async () => {
    let isWilling = false;
    desk.open({
      onTrust: async (bundle, jws) => {
        if (!isWilling) throw new Error('no room');
        desk.bundles.push({ bundle, jws });
      },
    });
    await expect(receiveBundle(REVOKING)).rejects.toThrow('no room');
    await desk.receiveNotice(NOTICE);
    expect(desk.refusals).toMatchObject([{ code: 'revokedKey' }]);
    isWilling = true;
    await receiveBundle(REVOKING);
    await receiveBundle(REVOKING);
    expect(desk.bundles).toHaveLength(1);
  });

  it('that comes again at every connection changes nothing and is no event', async () => {
    desk.open();
    await desk.receiveBytes(KEYS.bundleJws, TRUST_TOPIC, true);
    await receiveBundle(MESSAGE);
    await receiveBundle(MESSAGE);
    expect([desk.bundles.length, desk.events.length]).toEqual([1, 0]);
  });

  it.each([
    ['is older', () => KEYS.root.sign({ ...MESSAGE, version: 2 }), /version 2 is older than 3/],
    [
      'has other content under the same version',
      () => KEYS.root.sign({ ...REVOKING, revoked: [] }),
      /version 3 came before with other content/,
    ],
    [
      'is signed by a key that it holds itself',
      () => KEYS.distributor.sign({ ...MESSAGE, version: 9 }),
      /version 9 is not signed by a root key/,
    ],
    [
      'is signed by a stranger under the name of the root',
      () => makeSigner(KEYS.root.keyId).sign({ ...MESSAGE, version: 9 }),
      /not signed by a root key/,
    ],
    ['is not signed', () => JSON.stringify({ ...MESSAGE, version: 9 }), /no compact JWS/],
    [
      'is signed by another algorithm',
      () => KEYS.root.sign({ ...MESSAGE, version: 9 }, { alg: 'ES256' }),
      /no compact JWS signed with EdDSA/,
    ],
    ['has a version of text', () => KEYS.root.sign({ ...MESSAGE, version: '9' }), /^version: /],
    ['has a field that is not known', () => KEYS.root.sign({ ...MESSAGE, version: 9, also: 1 }), /also/],
    ['is no bundle', () => KEYS.root.sign(NOTICE), /reads "loadgate.trust-bundle\/1"/],
    ['is too long', () => 'a'.repeat(262_145), /262145 bytes/],
  ])('that %s is refused with an event, and the one before it holds', async (_, text, cause) => {
    desk.open();
    await receiveBundle(REVOKING);
    await desk.receiveBytes(text(), TRUST_TOPIC, true);
    expect(desk.events).toEqual([
      { kind: 'controlRefused', topic: TRUST_TOPIC, cause: expect.stringMatching(cause) },
    ]);
    expect(desk.bundles).toHaveLength(1);
    await desk.receiveNotice(NOTICE);
    expect(desk.refusals).toMatchObject([{ code: 'revokedKey' }]);
  });

  it('is believed from any root, so that a root can be changed', async () => {
    const next = makeSigner();
    desk.open({ trust: { ...KEYS.trust, rootKeys: [...KEYS.trust.rootKeys, next.publicKey] } });
    await receiveBundle(MESSAGE, next);
    expect(desk.bundles).toHaveLength(1);
  });

  it('is never believed without a root', async () => {
    desk.open({ trust: { rootKeys: [], bundle: NO_TRUST } });
    await receiveBundle(MESSAGE);
    expect(desk.causes()).toEqual([expect.stringContaining('no root key is set')]);
    expect(desk.bundles).toEqual([]);
  });

  it('is no command on another topic, whoever signed it', async () => {
    desk.open();
    await desk.receiveBytes(KEYS.root.sign(MESSAGE), FEEDER);
    expect(desk.hasObeyedNothing()).toBe(true);
  });
});
