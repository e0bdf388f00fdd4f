import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { type CertificateView, certificateViewSchema } from '../../src/contract/certificate.ts';
import { LocalServer } from './localServer.ts';
import { loadgate, testContext } from './testContext.ts';

const VIEW: CertificateView = {
  schema: 'loadgate.certificate-view/1',
  at: '2027-01-01T00:00:00.000Z',
  certificate: {
    subject: 'CN=home-1',
    issuer: 'CN=authority',
    serial: '4b1d',
    validFrom: '2026-07-01T00:00:00.000Z',
    validUntil: '2027-07-01T00:00:00.000Z',
    file: '/var/lib/loadgate/broker-certificate-0123456789abcdef.pem',
    renewalFrom: '2027-03-05T00:00:00.000Z',
  },
  sentence: 'Valid until 2027-07-01T00:00:00.000Z, for 181 days',
  renewal: 'A new one is asked for from 2027-03-05T00:00:00.000Z on',
};

let folder: string;
let server: LocalServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-cli-'));
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function ask(answer: object, ...args: readonly string[]) {
  server = new LocalServer(JSON.stringify(answer));
  await server.listen(folder);
  return await loadgate(
    ['certificate', ...args, '--runtime-directory', folder],
    testContext({}, { environment: {} }),
  );
}

describe('loadgate certificate', () => {
  it('shows whose it is, how long it is good, and where its renewal stands', async () => {
    const { exitCode, out } = await ask(VIEW);
    expect(exitCode).toBe(0);
    expect(server?.asked).toEqual(['GET /certificate']);
    expect(out).toBe(`Name          CN=home-1
Issued by     CN=authority
Serial        4b1d
Valid         2026-07-01T00:00:00.000Z to 2027-07-01T00:00:00.000Z
File          /var/lib/loadgate/broker-certificate-0123456789abcdef.pem
Renewal from  2027-03-05T00:00:00.000Z

Valid until 2027-07-01T00:00:00.000Z, for 181 days.
A new one is asked for from 2027-03-05T00:00:00.000Z on.
`);
  });

  it('says that none is set', async () => {
    const { certificate: _, ...view } = VIEW;
    const { out } = await ask({
      ...view,
      sentence: 'No certificate of this gateway is set',
      renewal: 'None is asked for',
    });
    expect(out).toBe('No certificate of this gateway is set.\nNone is asked for.\n');
  });

  it('prints JSON', async () => {
    const { out } = await ask(VIEW, '--json');
    expect(certificateViewSchema.parse(JSON.parse(out))).toEqual(VIEW);
  });

  it('asks for a new one, and ends with an error when it may not', async () => {
    const done = await ask({ isDone: true, sentence: 'A new certificate is asked for' }, '--renew');
    expect(server?.asked).toEqual(['POST /certificate/renew?']);
    expect(done).toMatchObject({ exitCode: 0, out: 'A new certificate is asked for.\n' });
    await server?.close();
    const refused = await ask({ isDone: false, sentence: 'It can be asked for only while …' }, '--renew');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.err).toContain('It can be asked for only while …');
  });

  it('says that no gateway runs', async () => {
    const { exitCode } = await loadgate(
      ['certificate', '--runtime-directory', folder],
      testContext({}, { environment: {} }),
    );
    expect(exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
  });
});
