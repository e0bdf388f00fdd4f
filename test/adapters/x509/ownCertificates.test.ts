import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOwnCertificates } from '../../../src/adapters/x509/ownCertificates.ts';
import type { OwnCertificates, PendingRequest } from '../../../src/ports/certificates.ts';
import type { Identity } from '../../support/processes/pki.ts';
import { RequestAuthority } from '../../support/processes/requestAuthority.ts';

const DAY_MS = 86_400_000;
let folder: string;
let authority: RequestAuthority;
let home: Identity;
let state: string;
let runs = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-certificates-'));
  authority = new RequestAuthority(folder);
  home = authority.enrol('home-1', { subject: '/C=GB/O=Läden/CN=home-1', untilMs: DAY_MS });
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  runs += 1;
  state = join(folder, `state-${runs}`);
  mkdirSync(state);
});

function open(change: Partial<Parameters<typeof openOwnCertificates>[0]> = {}): OwnCertificates {
  return openOwnCertificates({
    enrolled: home,
    authorityFile: authority.certificateFile,
    stateDirectory: state,
    ...change,
  });
}

async function asked(certificates: OwnCertificates): Promise<PendingRequest> {
  const made = await certificates.makeRequest();
  if (!made.ok) throw new Error(made.detail);
  expect(certificates.keepAsking({ askedAtUtcMs: [1], asks: 1, request: made.request })).toEqual({
    ok: true,
  });
  return made.request;
}

describe('a request', () => {
  it('has a new key on P-256 and the very name of the certificate in use, to the eye of another program', async () => {
    const { csr, subject } = await asked(open());
    writeFileSync(join(folder, 'made.csr'), csr);
    const text = execFileSync(
      'openssl',
      [
        'req',
        '-in',
        join(folder, 'made.csr'),
        '-noout',
        '-text',
        '-verify',
        '-nameopt',
        'RFC2253,utf8,-esc_msb',
      ],
      { encoding: 'utf8' },
    );
    expect(text).toContain('Subject: CN=home-1,O=Läden,C=GB');
    expect(text).toContain('NIST CURVE: P-256');
    expect(text).toContain('ecdsa-with-SHA256');
    expect(subject).toBe('C=GB, O=Läden, CN=home-1');
    const der = (pem: string) => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    const renewed = authority.sign(csr);
    expect(der(renewed).equals(der(readFileSync(home.certificateFile, 'utf8')))).toBe(false);
  });

  it('is kept with its key over a restart, for the eyes of the gateway alone', async () => {
    const request = await asked(open());
    const again = open();
    expect(again.asking()).toEqual({ askedAtUtcMs: [1], asks: 1, request });
    expect(JSON.stringify(again.asking())).not.toContain('PRIVATE');
    expect(again.examine(authority.sign(request.csr))).toMatchObject({ ok: true, fitsKey: true });
    for (const name of readdirSync(state)) expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
  });

  it('that a power cut has spoilt counts as none', async () => {
    await asked(open());
    const [name = ''] = readdirSync(state);
    writeFileSync(join(state, name), '{"askedAt');
    expect(open().asking()).toEqual({ askedAtUtcMs: [], asks: 0 });
  });
});

describe('a certificate that comes', () => {
  it('is good when it fits key, name, authority and use', async () => {
    const certificates = open();
    const request = await asked(certificates);
    const found = certificates.examine(authority.sign(request.csr, { untilMs: 2 * DAY_MS }));
    expect(found).toMatchObject({ ok: true, fitsKey: true, isForClients: true });
    expect(found).not.toHaveProperty('chainProblem');
    expect(found.ok && found.facts.subject).toBe(request.subject);
  });

  it('is good behind another authority that came with it, and not without', async () => {
    const between = new RequestAuthority(join(folder, makeFolder('between')), 'between', authority);
    const certificates = open();
    const leaf = between.sign((await asked(certificates)).csr);
    const chain = `${leaf}${readFileSync(between.certificateFile, 'utf8')}`;
    expect(certificates.examine(chain)).not.toHaveProperty('chainProblem');
    expect(certificates.examine(leaf)).toMatchObject({
      ok: true,
      chainProblem: expect.stringContaining('signed by "CN=between", which does not lead there'),
    });
  });

  it('is not good behind one who may not sign', async () => {
    const client = authority.enrol('home-9');
    const certificates = open();
    const { csr } = await asked(certificates);
    // Signed with the key of another home, whose certificate comes with it.
    const cheat = new RequestAuthority(join(folder, makeFolder('cheat')), 'home-9');
    writeFileSync(cheat.certificateFile, readFileSync(client.certificateFile));
    writeFileSync(cheat.keyFile, readFileSync(client.keyFile));
    const chain = `${cheat.sign(csr)}${readFileSync(client.certificateFile, 'utf8')}`;
    expect(certificates.examine(chain)).toHaveProperty('chainProblem');
  });

  it.each([
    ['for a server', 'server'],
    ['for no use that is named', 'anything'],
    ['of an authority', 'authority'],
    ['that may sign others', 'signingClient'],
  ] as const)('%s is not for clients', async (_, use) => {
    const certificates = open();
    const { csr } = await asked(certificates);
    expect(certificates.examine(authority.sign(csr, { use }))).toMatchObject({
      ok: true,
      isForClients: false,
    });
  });

  it('is found to be for another key, of another authority, or nothing at all', async () => {
    const certificates = open();
    const first = await asked(certificates);
    await asked(certificates);
    expect(certificates.examine(authority.sign(first.csr))).toMatchObject({ ok: true, fitsKey: false });
    const stranger = new RequestAuthority(join(folder, makeFolder('stranger')));
    for (const use of ['client', 'unmarkedClient'] as const) {
      expect(certificates.examine(stranger.sign(first.csr, { use }))).toHaveProperty('chainProblem');
      expect(certificates.examine(authority.sign(first.csr, { use }))).not.toHaveProperty('chainProblem');
    }
    expect(
      certificates.examine('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
    ).toMatchObject({
      ok: false,
    });
    expect(certificates.examine('')).toEqual({ ok: false, detail: 'it holds no certificate (PEM)' });
    expect(open({ authorityFile: join(folder, 'gone') }).examine(authority.sign(first.csr))).toMatchObject({
      ok: false,
    });
  });
});

describe('a new certificate on the disk', () => {
  async function arrived(): Promise<OwnCertificates> {
    const certificates = open();
    const { csr } = await asked(certificates);
    expect(certificates.keepCandidate(authority.sign(csr, { untilMs: 3 * DAY_MS }))).toEqual({ ok: true });
    return certificates;
  }

  it('lies beside the one in use with its key, over a restart, until it takes its place', async () => {
    await arrived();
    const certificates = open();
    expect(certificates.presentFiles()).toEqual(home);
    expect(certificates.candidate()?.subject).toBe('C=GB, O=Läden, CN=home-1');
    expect(certificates.asking()).toEqual({ askedAtUtcMs: [1], asks: 1 });
    const { certificateFile, keyFile } = certificates.candidateFiles();
    const leaf = new X509Certificate(readFileSync(certificateFile));
    expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))).toBe(true);

    expect(certificates.adoptCandidate()).toEqual({ ok: true });
    const after = open();
    expect(after.candidate()).toBeUndefined();
    const present = after.present();
    expect(present.ok && present.facts.fingerprint).toBe(
      leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    );
    expect(after.presentFiles().certificateFile).toMatch(/broker-certificate-[0-9a-f]{16}\.pem$/);
    expect(readdirSync(state).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that is dropped leaves the one in use', async () => {
    const certificates = await arrived();
    expect(certificates.dropCandidate()).toEqual({ ok: true });
    expect(open().candidate()).toBeUndefined();
    expect(open().presentFiles()).toEqual(home);
  });

  it('is the name in the next request', async () => {
    const certificates = await arrived();
    certificates.adoptCandidate();
    expect((await asked(certificates)).subject).toBe('C=GB, O=Läden, CN=home-1');
  });

  it('gives way to one that somebody puts in place of the settings, and is cleared away', async () => {
    (await arrived()).adoptCandidate();
    const other = new RequestAuthority(join(folder, makeFolder('again'))).enrol('home-1');
    const certificates = open({ enrolled: other });
    expect(certificates.presentFiles()).toEqual(other);
    expect(certificates.asking()).toEqual({ askedAtUtcMs: [], asks: 0 });
    await asked(certificates);
    expect(readdirSync(state)).toHaveLength(1);
  });

  it('that is damaged on the disk gives way to that of the settings', async () => {
    const certificates = await arrived();
    certificates.adoptCandidate();
    writeFileSync(certificates.presentFiles().certificateFile, 'spoilt');
    expect(open().presentFiles()).toEqual(home);
  });

  it('that has no folder to lie in is told, not thrown', async () => {
    const certificates = open({ stateDirectory: join(state, 'gone') });
    const made = await certificates.makeRequest();
    expect(made.ok).toBe(true);
    expect(certificates.keepAsking({ askedAtUtcMs: [], asks: 0 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENOENT'),
    });
    expect(certificates.adoptCandidate()).toMatchObject({ ok: false });
  });
});

it('a certificate of the settings that cannot be read is told with its path', async () => {
  const gone = join(folder, 'gone.crt');
  const certificates = open({ enrolled: { certificateFile: gone, keyFile: gone } });
  expect(certificates.present()).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`${gone}: expected`),
  });
  expect(await certificates.makeRequest()).toMatchObject({ ok: false });
  expect(certificates.keepAsking({ askedAtUtcMs: [], asks: 0 })).toMatchObject({ ok: false });
});

function makeFolder(name: string): string {
  const made = `${name}-${runs}`;
  mkdirSync(join(folder, made));
  return made;
}
