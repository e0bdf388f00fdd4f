import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemEntropy } from '../../../src/adapters/system/systemEntropy.ts';
import { openFileIssuer } from '../../../src/adapters/x509/fileIssuer.ts';
import type { CertificateIssuer, Issuing } from '../../../src/ports/certificateIssuer.ts';
import { RequestAuthority } from '../../support/processes/requestAuthority.ts';

const DAY_MS = 86_400_000;
const entropy = createSystemEntropy();
let folder: string;
let authority: RequestAuthority;
let issuer: CertificateIssuer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-issuer-'));
  authority = new RequestAuthority(folder);
  issuer = open(authority);
});

afterAll(() => rmSync(folder, { recursive: true }));

function open({ certificateFile, keyFile }: RequestAuthority, days = 2): CertificateIssuer {
  const opened = openFileIssuer({ authorityFile: certificateFile, authorityKeyFile: keyFile, days, entropy });
  if (!opened.ok) throw new Error(opened.detail);
  return opened.issuer;
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

/** By openssl, as another gateway would make it. */
function request(subject: string, ...key: readonly string[]): string {
  const kind = key.length > 0 ? key : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  return openssl('req', '-new', ...kind, '-nodes', '-keyout', 'asking.key', '-subj', subject);
}

function told(issued: Issuing): X509Certificate {
  if (!issued.ok) throw new Error(issued.cause);
  return new X509Certificate(issued.certificates);
}

describe('the authority of the desk', () => {
  it('gives a certificate for clients alone, of the length that was set, which another program finds good', async () => {
    const nowUtcMs = Date.now();
    const issued = await issuer.issue(request('/CN=home-1'), 'home-1', nowUtcMs);
    const certificate = told(issued);
    expect(certificate.subject).toBe('CN=home-1');
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Math.abs(certificate.validToDate.getTime() - nowUtcMs - 2 * DAY_MS)).toBeLessThan(1_000);
    expect(certificate.validFromDate.getTime()).toBeLessThan(nowUtcMs);
    expect(issued).toMatchObject({
      serial: certificate.serialNumber.toLowerCase(),
      untilUtcMs: certificate.validToDate.getTime(),
    });
    writeFileSync(join(folder, 'issued.crt'), certificate.toString());
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', 'authority.crt', 'issued.crt')).toContain(
      'OK',
    );
    expect(() =>
      openssl('verify', '-purpose', 'sslserver', '-CAfile', 'authority.crt', 'issued.crt'),
    ).toThrow();
  });

  it('sends those between it and the root along, and not the root', async () => {
    mkdirSync(join(folder, 'between'));
    const between = new RequestAuthority(join(folder, 'between'), 'between', authority);
    const both = join(folder, 'both.crt');
    const chain = [between, authority].map(({ certificateFile }) => readFileSync(certificateFile, 'utf8'));
    writeFileSync(both, chain.join(''));
    const issued = await open({
      ...between,
      certificateFile: both,
      keyFile: between.keyFile,
    } as RequestAuthority).issue(request('/CN=home-1'), 'home-1', Date.now());
    expect(told(issued).issuer).toBe('CN=between');
    expect(issued.ok && issued.certificates.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each([
    ['RSA', ['-newkey', 'rsa:2048']],
    ['P-384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1']],
  ])('signs with a key on %s as well', async (kind, newKey) => {
    const name = `authority-${kind}`;
    const made = [
      '-x509',
      ...newKey,
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '9',
    ];
    openssl('req', ...made, '-subj', `/CN=${name}`, '-addext', 'keyUsage=critical,keyCertSign');
    const files = { certificateFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
    const issued = await open(files as RequestAuthority).issue(request('/CN=home-1'), 'home-1', Date.now());
    writeFileSync(join(folder, 'issued.crt'), told(issued).toString());
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', `${name}.crt`, 'issued.crt')).toContain(
      'OK',
    );
  });

  it('never goes beyond its own end, and ends with it', async () => {
    const { certificateFile } = authority;
    const until = new X509Certificate(readFileSync(certificateFile)).validToDate.getTime();
    const long = open(authority, 800);
    expect(told(await long.issue(request('/CN=home-1'), 'home-1', Date.now())).validToDate.getTime()).toBe(
      until,
    );
    expect(await long.issue(request('/CN=home-1'), 'home-1', until)).toMatchObject({
      ok: false,
      cause: expect.stringContaining('the authority expired'),
    });
  });

  it.each([
    ['another name', '/CN=home-2', [], 'has the name CN=home-1 alone'],
    ['the name and more', '/O=Somebody/CN=home-1', [], 'has the name CN=home-1 alone'],
    ['two names', '/CN=home-1/CN=home-2', [], 'has the name CN=home-1 alone'],
    ['two names in one part', '/CN=home-1+CN=desk', [], 'has the name CN=home-1 alone'],
    ['no common name', '/O=home-1', [], 'has the name CN=home-1 alone'],
    ['a key of RSA', '/CN=home-1', ['-newkey', 'rsa:2048'], 'not on the curve P-256'],
    [
      'a key on another curve',
      '/CN=home-1',
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
      'not on the curve P-256',
    ],
  ])('refuses a request with %s', async (_, subject, key, cause) => {
    expect(await issuer.issue(request(subject, ...key), 'home-1', Date.now())).toMatchObject({
      ok: false,
      cause: expect.stringContaining(cause),
    });
  });

  it('refuses a request whose key was exchanged, and one that is none', async () => {
    const csr = Buffer.from(request('/CN=home-1').replace(/-----[^-]+-----|\s/g, ''), 'base64');
    // The last byte belongs to the signature.
    csr[csr.length - 1] = (csr.at(-1) ?? 0) ^ 1;
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${csr.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await issuer.issue(pem, 'home-1', Date.now())).toMatchObject({ ok: false });
    expect(await issuer.issue('nonsense', 'home-1', Date.now())).toMatchObject({ ok: false });
  });

  it('gives no more than name and key, whatever else a request wants', async () => {
    const csr = openssl(
      ...[
        'req',
        '-new',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        'x.key',
      ],
      ...['-subj', '/CN=home-1', '-addext', 'basicConstraints=critical,CA:TRUE'],
      ...['-addext', 'subjectAltName=DNS:broker.example'],
    );
    const certificate = told(await issuer.issue(csr, 'home-1', Date.now()));
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBeUndefined();
  });
});

describe('files of an authority', () => {
  it.each([
    ['are not there', () => ({ certificateFile: join(folder, 'gone'), keyFile: authority.keyFile })],
    ['hold no certificate', () => ({ certificateFile: authority.keyFile, keyFile: authority.keyFile })],
    ['hold one that may not sign', () => authority.enrol('home-5')],
    [
      'hold the key of another',
      () => ({ certificateFile: authority.certificateFile, keyFile: authority.enrol('home-6').keyFile }),
    ],
  ])('that %s are refused at the start, with the path', (_, files) => {
    const { certificateFile, keyFile } = files();
    const opened = openFileIssuer({
      authorityFile: certificateFile,
      authorityKeyFile: keyFile,
      days: 1,
      entropy,
    });
    expect(opened).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`${certificateFile}: expected the certificate of an authority`),
    });
  });
});
