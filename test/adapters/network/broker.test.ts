import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openNetworkProbe } from '../../../src/adapters/network/openNetworkProbe.ts';
import type { NetworkProbe, TlsSeen } from '../../../src/ports/network.ts';
import { DatedAuthority } from '../../support/processes/datedAuthority.ts';
import type { Identity } from '../../support/processes/pki.ts';
import { WallClock } from '../../support/wallClock.ts';
import { closedPort, makeFolder, type OpenServer, serve, serveTls } from './benches.ts';

const clock = new WallClock();
const DAY_MS = 86_400_000;
const folder = makeFolder();
let authority: DatedAuthority;
let server: Identity;
let client: Identity;

beforeAll(() => {
  authority = new DatedAuthority(folder.path, 'authority');
  server = authority.issue('server');
  client = authority.issue('home-1');
});

afterAll(() => folder.remove());

const opened: OpenServer[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function keep(one: OpenServer): OpenServer {
  opened.push(one);
  return one;
}

function probe(
  paths: Partial<Identity> = { certificateAuthorityFile: authority.certificateFile },
): NetworkProbe {
  return openNetworkProbe({ clock, files: () => paths });
}

function shake(to: OpenServer, paths?: Partial<Identity>, host = 'localhost'): Promise<TlsSeen> {
  return probe(paths).tls({ host, port: to.port, isEncrypted: true }, '127.0.0.1', 2_000);
}

describe('a TCP connection', () => {
  it('is opened and closed again without a word', async () => {
    const open = keep(await serve(() => {}));
    const { outcome } = await probe().connect('127.0.0.1', open.port, 1_000);
    expect(outcome).toEqual({ kind: 'connected' });
    expect(open.heard()).toBe('');
  });

  it('is refused where nobody listens', async () => {
    const port = await closedPort();
    expect(await probe().connect('127.0.0.1', port, 1_000)).toMatchObject({
      port,
      outcome: { kind: 'refused' },
    });
  });

  it('is given up where nothing answers, in time', async () => {
    // TEST-NET-1 (RFC 5737) behind a route that leads nowhere, or behind none at all.
    const startedMs = clock.runningMs();
    const { outcome } = await probe().connect('192.0.2.254', 9, 300);
    expect(['silent', 'unreachable']).toContain(outcome.kind);
    expect(clock.runningMs() - startedMs).toBeLessThan(2_000);
  });

  it('to an address that no connection can go to is no defect', async () => {
    expect((await probe().connect('255.255.255.255', 9, 500)).outcome.kind).toBe('unreachable');
  });
});

describe('a TLS handshake', () => {
  it('with the right broker shows a certificate that is good, and sends nothing', async () => {
    const broker = keep(await serveTls(server));
    const seen = await shake(broker);
    expect(seen).toMatchObject({
      kind: 'handshake',
      protocol: 'TLSv1.3',
      certificate: { subject: 'CN=server', issuer: 'CN=authority', isForName: true },
    });
    expect(seen.kind === 'handshake' && seen.certificate.chainProblem).toBeFalsy();
    expect(broker.heard()).toBe('');
  });

  it('by an address looks for that address in the certificate', async () => {
    const broker = keep(await serveTls(server));
    expect(await shake(broker, undefined, '127.0.0.1')).toMatchObject({ certificate: { isForName: true } });
    expect(await shake(broker, undefined, '127.0.0.2')).toMatchObject({ certificate: { isForName: false } });
  });

  it('shows a certificate for another name as such, with the names it is for', async () => {
    const broker = keep(await serveTls(authority.issue('other', { names: 'DNS:broker.example' })));
    const seen = await shake(broker);
    expect(seen).toMatchObject({ certificate: { isForName: false, names: 'DNS:broker.example' } });
    expect(seen.kind === 'handshake' && seen.certificate.chainProblem).toBeFalsy();
  });

  it.each([
    ['that has expired', { untilDays: -2 }],
    ['that begins in the future', { fromDays: 3, untilDays: 9 }],
  ])('shows a certificate %s by its dates, not as one of an unknown authority', async (_, span) => {
    const broker = keep(await serveTls(authority.issue(`dated${span.untilDays}`, span)));
    const seen = await shake(broker);
    expect(seen).toMatchObject({ kind: 'handshake', certificate: { isForName: true } });
    if (seen.kind !== 'handshake') return;
    expect(seen.certificate.chainProblem).toBeUndefined();
    const distanceMs = seen.certificate.untilUtcMs - Date.now();
    expect(Math.round(distanceMs / DAY_MS)).toBe(span.untilDays);
  });

  it('with somebody of another authority says so', async () => {
    const stranger = new DatedAuthority(folder.path, 'stranger').issue('stranger-server');
    const broker = keep(await serveTls(stranger));
    const seen = await shake(broker);
    expect(seen).toMatchObject({
      certificate: { chainProblem: expect.stringMatching(/UNABLE_TO_|SELF_SIGNED/), issuer: 'CN=stranger' },
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s: a broker that asks for a certificate hears none and says so',
    async (version) => {
      const options = {
        requestCert: true,
        rejectUnauthorized: true,
        ca: readFileSync(authority.certificateFile),
      };
      const broker = keep(await serveTls(server, { ...options, minVersion: version, maxVersion: version }));
      const seen = await shake(broker);
      const code = seen.kind === 'handshake' ? seen.alert : seen.kind === 'brokenOff' ? seen.code : seen.kind;
      expect(code).toMatch(/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|closed/);
    },
  );

  it('shows the certificate of the gateway to a broker that asks for one', async () => {
    const options = {
      requestCert: true,
      rejectUnauthorized: true,
      ca: readFileSync(authority.certificateFile),
    };
    const broker = keep(await serveTls(server, options));
    const seen = await shake(broker, client);
    expect(seen).toMatchObject({ kind: 'handshake' });
    expect(seen.kind === 'handshake' && seen.alert).toBeFalsy();
  });

  it('with a log-in page in the place of the broker hears its first words', async () => {
    const portal = keep(
      await serve((socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n'),
        ),
      ),
    );
    expect(await shake(portal)).toEqual({ kind: 'otherAnswer', words: 'HTTP/1.1 302 Found' });
  });

  it('with a service that speaks first hears that, without characters that steer a terminal', async () => {
    const other = keep(await serve((socket) => socket.end('SSH-2.0-\u001b[31mRed\r\n')));
    expect(await shake(other)).toEqual({ kind: 'otherAnswer', words: 'SSH-2.0-.[31mRed' });
  });

  it('with somebody who hangs up is closed', async () => {
    const other = keep(await serve((socket) => socket.destroy()));
    expect(await shake(other)).toEqual({ kind: 'closed' });
  });

  it('with somebody who says nothing is given up in time', async () => {
    const mute = keep(await serve(() => {}));
    const place = { host: 'localhost', port: mute.port, isEncrypted: true };
    expect(await probe().tls(place, '127.0.0.1', 200)).toEqual({ kind: 'silent' });
  });

  it('cannot be judged without the file of the authority', async () => {
    const broker = keep(await serveTls(server));
    const seen = await shake(broker, { certificateAuthorityFile: join(folder.path, 'gone.crt') });
    expect(seen).toEqual({ kind: 'noAuthority', detail: expect.stringContaining('gone.crt') });
  });

  it('goes on without the certificate of the gateway where that cannot be used', async () => {
    const broker = keep(await serveTls(server));
    const paths = { ...client, keyFile: server.keyFile };
    expect(await shake(broker, paths)).toMatchObject({ kind: 'handshake' });
  });
});

describe('the certificate of the gateway', () => {
  it('is none without files in the settings', () => {
    expect(probe().identity()).toEqual({ kind: 'none' });
  });

  it('is usable with its own key, and shows its dates', () => {
    const seen = probe(client).identity();
    expect(seen).toMatchObject({ kind: 'usable', subject: 'CN=home-1' });
    if (seen.kind === 'usable') expect(Math.round((seen.untilUtcMs - Date.now()) / DAY_MS)).toBe(2);
  });

  it('does not go with the key of another', () => {
    expect(probe({ ...client, keyFile: server.keyFile }).identity()).toEqual({
      kind: 'keyDiffers',
      subject: 'CN=home-1',
    });
  });

  it.each(['certificateFile', 'keyFile'] as const)(
    'cannot be used when its %s is gone or damaged',
    (which) => {
      const gone = join(folder.path, 'gone');
      expect(probe({ ...client, [which]: gone }).identity()).toMatchObject({ kind: 'unusable' });
      const damaged = join(folder.path, 'damaged');
      writeFileSync(damaged, '-----BEGIN CERTIFICATE-----\nnonsense\n');
      expect(probe({ ...client, [which]: damaged }).identity()).toMatchObject({ kind: 'unusable' });
    },
  );

  it('counts as unusable when the password that goes with it is gone', () => {
    const passwordFile = join(folder.path, 'no-password');
    expect(openNetworkProbe({ clock, files: () => ({ passwordFile }) }).identity()).toMatchObject({
      kind: 'unusable',
    });
  });
});
