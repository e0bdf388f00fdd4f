import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { REFUSALS, type RefusalCode } from '../../src/domain/restriction.ts';
import { NO_TRUST, type TrustedKey } from '../../src/domain/trustBundle.ts';
import { makeSigner, type TestSigner } from '../support/keys.ts';
import { FEEDER, InboxDesk, KEYS, NOTICE, NOTICE_CANCEL, RESTRICTION } from './inboxDesk.ts';

const MIDNIGHT_MS = Date.UTC(2026, 0, 5);
const stranger = makeSigner('distributor-1');
const another = makeSigner('another');

let desk: InboxDesk;
beforeEach(() => {
  desk = new InboxDesk();
});

/** Opens the desk with a bundle that knows one more key, of a distributor unless it says otherwise. */
function openWith(
  key: Partial<TrustedKey>,
  { isRevoked = false, hasSupply = true }: { isRevoked?: boolean; hasSupply?: boolean } = {},
): void {
  const { keyId, publicKey } = another;
  const added: TrustedKey = { keyId, publicKey, role: 'distributor', distributors: ['12'], ...key };
  const revoked = [{ keyId, revokedAtUtcMs: MIDNIGHT_MS - 1, reason: 'lost' }];
  const bundle = {
    ...KEYS.bundle,
    keys: [...KEYS.bundle.keys, added],
    revoked: isRevoked ? revoked : [],
  };
  desk.open({ trust: { ...KEYS.trust, bundle } }, { hasSupply });
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('a restriction notice', () => {
  it.each([
    ['of the feeder', FEEDER],
    ['of the gateway alone', RESTRICTION],
  ])(
    'on the topic %s is handed on with its hash, its key and the very text that was signed',
    async (_, topic) => {
      desk.open();
      const jws = KEYS.distributor.sign(NOTICE);
      await desk.receiveBytes(jws, topic);
      expect(desk.restrictions).toEqual([
        {
          jws,
          sha256: sha256Of(jws),
          keyId: 'distributor-1',
          command: {
            kind: 'notice',
            noticeId: 'notice-1',
            issuer: '12',
            area: { kind: 'feeder', areaId: 'feeder-7' },
            sequence: 1,
            issuedAtUtcMs: MIDNIGHT_MS,
            reason: 'transformer at its limit',
            measure: { kind: 'importCeiling', basis: 'phaseCurrentA', ceiling: 16 },
            durationMs: 1_800_000,
            expiresAtUtcMs: MIDNIGHT_MS + 600_000,
            basis: {
              flexibilityService: 'evening turn-down',
              cause: 'flexibilityFailed',
              established: 'measured at the substation',
              customersToldAt: MIDNIGHT_MS - 3_600_000,
              suppliersToldAt: MIDNIGHT_MS - 3_600_000,
            },
            isRehearsal: false,
          },
        },
      ]);
      expect([desk.events, desk.refusals]).toEqual([[], []]);
    },
  );

  it('and its cancel come one after the other, however fast', async () => {
    desk.open();
    await Promise.all([desk.receiveNotice(NOTICE), desk.receiveNotice(NOTICE_CANCEL)]);
    expect(desk.restrictions.map(({ command }) => command.kind)).toEqual(['notice', 'cancel']);
  });

  it('that could not be recorded is not acknowledged, and comes again', async () => {
    let isWilling = false;
    desk.open({
      onRestriction: async (signed) => {
        if (!isWilling) throw new Error('no room');
        desk.restrictions.push(signed);
      },
    });
    await expect(desk.receiveNotice(NOTICE)).rejects.toThrow('no room');
    isWilling = true;
    await desk.receiveNotice(NOTICE);
    expect(desk.restrictions).toHaveLength(1);
  });
});

interface Row {
  readonly code: RefusalCode;
  readonly says: string;
  readonly cause: RegExp;
  readonly open?: () => void;
  readonly payload?: unknown;
  readonly signer?: TestSigner;
  /** In place of payload and signer. */
  readonly bytes?: string;
}

const [header = '', payload = ''] = KEYS.distributor.sign(NOTICE).split('.');

const ROWS: readonly Row[] = [
  { code: 'size', says: 'is too long', bytes: 'a'.repeat(16_385), cause: /16385 bytes/ },
  { code: 'shape', says: 'is not signed', bytes: JSON.stringify(NOTICE), cause: /not signed/ },
  { code: 'shape', says: 'has an unknown field', payload: { ...NOTICE, onlyTo: 'x' }, cause: /onlyTo/ },
  {
    code: 'shape',
    says: 'is a curtailment',
    payload: { schema: 'loadgate.curtailment/1' },
    cause: /reads "load/,
  },
  {
    code: 'shape',
    says: 'names a schema of all objects',
    payload: { schema: 'toString' },
    cause: /^schema is/,
  },
  {
    code: 'unknownKey',
    says: 'names a key nobody knows',
    signer: makeSigner('nobody'),
    cause: /trust bundle 1/,
  },
  {
    code: 'unknownKey',
    says: 'comes before any trust bundle',
    open: () => desk.open({ trust: { rootKeys: [], bundle: NO_TRUST } }),
    cause: /no trust bundle/,
  },
  { code: 'unknownKey', says: 'names a root key', signer: KEYS.root, cause: /not in the trust bundle/ },
  {
    code: 'wrongRole',
    says: 'is signed by a controlling party',
    signer: KEYS.party,
    cause: /controllingParty/,
  },
  {
    code: 'wrongDistributor',
    says: 'is signed by a key of another distributor',
    open: () => openWith({ distributors: ['13', '14'] }),
    signer: another,
    cause: /issuer is 12; the key another is of 13, 14/,
  },
  {
    code: 'wrongDistributor',
    says: 'is of another distributor than this supply',
    open: () => openWith({ distributors: ['12', '13'] }),
    signer: another,
    payload: { ...NOTICE, issuer: '13' },
    cause: /connected to 12/,
  },
  {
    code: 'wrongDistributor',
    says: 'comes to a home whose plan names no supply',
    open: () => openWith({}, { hasSupply: false }),
    signer: another,
    cause: /names no supply/,
  },
  {
    code: 'revokedKey',
    says: 'is signed by a revoked key',
    open: () => openWith({}, { isRevoked: true }),
    signer: another,
    cause: /revoked at 2026-01-04T23:59:59.999Z: lost/,
  },
  {
    code: 'keyOutOfDate',
    says: 'is signed by a key whose time has passed',
    open: () => openWith({ notAfterUtcMs: MIDNIGHT_MS - 1 }),
    signer: another,
    cause: /held only until/,
  },
  {
    code: 'keyOutOfDate',
    says: 'is signed by a key whose time has not begun',
    open: () => openWith({ notBeforeUtcMs: MIDNIGHT_MS + 1 }),
    signer: another,
    cause: /holds only from/,
  },
  {
    code: 'badSignature',
    says: 'is signed by another key under that name',
    signer: stranger,
    cause: /not by the key/,
  },
  {
    code: 'badSignature',
    says: 'bears the signature of another notice',
    bytes: `${header}.${payload}.${KEYS.distributor.sign(NOTICE_CANCEL).split('.')[2]}`,
    cause: /not of this text/,
  },
];

describe('is refused', () => {
  it.each(ROWS)('with $code when it $says', async ({ code, cause, open, signer, payload, bytes }) => {
    if (open === undefined) desk.open();
    else open();
    const text = bytes ?? (signer ?? KEYS.distributor).sign(payload ?? NOTICE);
    await desk.receiveBytes(text, FEEDER);
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.refusals).toEqual([
      expect.objectContaining({ code, cause: expect.stringMatching(cause), sha256: sha256Of(text) }),
    ]);
    expect(desk.events).toEqual([]);
  });

  it('with every code of the first three checks, each by a row', () => {
    const codes = (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => REFUSALS[code].check <= 3);
    expect([...new Set(ROWS.map(({ code }) => code))]).toEqual(codes);
  });

  it('with what it says of itself where that can be read, and with its text', async () => {
    desk.open();
    const jws = stranger.sign(NOTICE_CANCEL);
    await desk.receiveBytes(jws, RESTRICTION);
    expect(desk.refusals).toEqual([
      {
        code: 'badSignature',
        cause: expect.any(String),
        sha256: sha256Of(jws),
        jws,
        noticeId: 'notice-1',
        issuer: '12',
        sequence: 2,
      },
    ]);
  });

  it.each([
    ['an empty text when it was too long', 'x'.repeat(16_385)],
    ['an empty text when it steers a terminal', '\u001b[2J'],
  ])('with %s', async (_, bytes) => {
    desk.open();
    await desk.receiveBytes(bytes, FEEDER);
    expect(desk.refusals).toMatchObject([{ jws: '' }]);
  });

  it('when it was retained, for it would come again at every connection', async () => {
    desk.open();
    await desk.receiveBytes(KEYS.distributor.sign(NOTICE), FEEDER, true);
    expect(desk.refusals).toMatchObject([{ code: 'shape', cause: expect.stringContaining('retain') }]);
    expect(desk.restrictions).toEqual([]);
  });

  it('by the first check that fails, in the order of the table', async () => {
    openWith({ distributors: ['13'], notAfterUtcMs: 0 }, { isRevoked: true });
    await desk.receiveNotice(NOTICE, { ...another, sign: makeSigner('another').sign });
    openWith({ notAfterUtcMs: 0 }, { isRevoked: true });
    await desk.receiveNotice(NOTICE, { ...another, sign: makeSigner('another').sign });
    openWith({ notAfterUtcMs: 0 });
    await desk.receiveNotice(NOTICE, { ...another, sign: makeSigner('another').sign });
    expect(desk.refusals.map(({ code }) => code)).toEqual(['wrongDistributor', 'revokedKey', 'keyOutOfDate']);
  });

  it('for the time of its key only by a clock that is right', async () => {
    desk.clock.clockLevel = 'coarse';
    openWith({ notAfterUtcMs: 0 });
    await desk.receiveNotice(NOTICE, another);
    expect(desk.restrictions).toHaveLength(1);
  });

  it('as revoked when the bundle has only the revocation left', async () => {
    const revoked = [{ keyId: 'gone', revokedAtUtcMs: 0, reason: 'lost' }];
    desk.open({ trust: { ...KEYS.trust, bundle: { ...KEYS.bundle, revoked } } });
    await desk.receiveNotice(NOTICE, makeSigner('gone'));
    expect(desk.refusals).toMatchObject([{ code: 'revokedKey' }]);
  });

  it('aloud ten times a minute, whatever floods the other topics, and the next one tells of the rest', async () => {
    desk.open();
    for (let n = 0; n < 40; n += 1) await desk.receiveBytes('nonsense');
    for (let n = 0; n < 25; n += 1) await desk.receiveBytes('nonsense', FEEDER);
    expect([desk.events.length, desk.refusals.length]).toEqual([10, 10]);
    await desk.clock.advance(60_000);
    await desk.receiveBytes('nonsense', RESTRICTION);
    expect(desk.refusals.at(-1)?.cause).toContain('and 15 more commands before it');
  });

  it('and not acknowledged when the refusal could not be recorded', async () => {
    desk.open({
      onRestrictionRefused: async () => {
        throw new Error('no room');
      },
    });
    await expect(desk.receiveNotice({})).rejects.toThrow('no room');
  });
});
