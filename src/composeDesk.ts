import { readFileSync } from 'node:fs';
import { openDeskStore } from './adapters/deskStore/openDeskStore.ts';
import { serveDesk } from './adapters/http/serveDesk.ts';
import { createStaticFolder } from './adapters/http/staticFolder.ts';
import { openFileSigner } from './adapters/jose/fileSigner.ts';
import { thumbprintOf } from './adapters/jose/keyForms.ts';
import { createSignatureReader } from './adapters/jose/signatureReader.ts';
import { createLog } from './adapters/pino/pinoLog.ts';
import { createPasswords, sha256 } from './adapters/system/passwords.ts';
import { createSystemClock } from './adapters/system/systemClock.ts';
import { createSystemEntropy } from './adapters/system/systemEntropy.ts';
import { openFileIssuer } from './adapters/x509/fileIssuer.ts';
import { createDesk } from './backoffice/desk.ts';
import type { RunningDesk } from './cli/context.ts';
import { connectDeskBus, type DeskBus } from './compose/deskBus.ts';
import { refusal } from './compose/refusal.ts';
import type { DeskSettings } from './config/deskSchema.ts';
import { watchDeskUsers } from './config/deskUsers.ts';
import { renderMistake } from './config/mistake.ts';
import { readTrustFiles } from './config/trustFiles.ts';
import type { BusMessage } from './ports/bus.ts';
import type { CertificateIssuer } from './ports/certificateIssuer.ts';
import type { Entropy } from './ports/entropy.ts';
import type { Signer } from './ports/signature.ts';
import { readVersion } from './version.ts';

/** The hash of a password, for the file of users. */
export const hashPassword = (password: string): Promise<string> => createPasswords().hash(password);

/**
 * Opens the desk: its database, its keys, its ways to the broker, its address. Rejects with a StartRefusal when the
 * outside is at fault.
 * @param pagesDirectory the pages as they are built
 */
export async function startDesk(settings: DeskSettings, pagesDirectory: string): Promise<RunningDesk> {
  const log = createLog({ level: settings.logLevel, fileDescriptor: 2 });
  const signers = openSigners(settings);
  const ownSigner = settings.backOfficeKey && openSigner(settings.backOfficeKey);
  const rootKeys = readRootKeys(settings);
  const pages = createStaticFolder(pagesDirectory);
  const opened = openDeskStore(settings.stateDirectory);
  if (!opened.ok) throw refusal(opened.cause === 'inUse' ? 'portInUse' : 'storeUnavailable', opened.detail);
  const clock = createSystemClock({ speed: settings.simulation.speed });
  const entropy = createSystemEntropy();
  const issuer = settings.certificates && openIssuer(settings.certificates, entropy);
  // The bus may deliver before the desk stands: it then waits for it.
  const standing = Promise.withResolvers<(message: BusMessage) => Promise<void>>();
  let bus: DeskBus | undefined;
  try {
    bus = connectDeskBus({
      settings: settings.broker,
      clock,
      entropy,
      log,
      take: async (message) => (await standing.promise)(message),
    });
    const desk = createDesk({
      store: opened.store,
      bus: bus.outward,
      verify: createSignatureReader(),
      keyIdOf: thumbprintOf,
      signers,
      ...(ownSigner !== undefined && { ownSigner }),
      ...(issuer !== undefined && { issuer }),
      rootKeys,
      caps: settings.consent,
      people: watchDeskUsers(settings.usersFile),
      passwords: createPasswords(),
      sha256,
      clock,
      entropy,
      log,
      version: readVersion(),
      page: pages,
      isSecure: settings.listen.certificateFile !== undefined,
    });
    const { host, port } = settings.listen;
    const tls = readTls(settings);
    const served = await serveDesk({
      host,
      port,
      handle: desk.handle,
      ...(tls === undefined ? {} : { tls }),
    });
    if (!served.ok)
      throw refusal(served.cause === 'inUse' ? 'portInUse' : 'wrongConfiguration', served.detail);
    standing.resolve((message) => desk.take(message));
    const ways = bus;
    return {
      url: served.server.url,
      stop: async () => {
        desk.stop();
        await served.server.close();
        await ways.close();
        desk.flush();
        opened.store.close();
      },
    };
  } catch (error) {
    await bus?.close();
    opened.store.close();
    throw error;
  }
}

function openSigners({ signingKeys }: DeskSettings): ReadonlyMap<string, Signer> {
  return new Map(signingKeys.map(({ distributor, ...key }) => [distributor, openSigner(key)] as const));
}

function openSigner({ keyFile, keyId }: NonNullable<DeskSettings['backOfficeKey']>): Signer {
  const opened = openFileSigner(keyFile, keyId);
  if (!opened.ok) throw refusal('wrongConfiguration', opened.detail);
  return opened.signer;
}

function openIssuer(
  settings: NonNullable<DeskSettings['certificates']>,
  entropy: Entropy,
): CertificateIssuer {
  const opened = openFileIssuer({ ...settings, entropy });
  if (!opened.ok) throw refusal('wrongConfiguration', opened.detail);
  return opened.issuer;
}

function readRootKeys({ rootKeysFile }: DeskSettings): readonly string[] {
  const read = readTrustFiles(rootKeysFile === undefined ? {} : { rootKeysFile });
  if (!read.ok) throw refusal('wrongConfiguration', read.mistakes.map(renderMistake).join('\n\n'));
  return read.files.rootKeys;
}

function readTls({ listen }: DeskSettings): { certificate: Buffer; key: Buffer } | undefined {
  const { certificateFile, keyFile } = listen;
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  try {
    return { certificate: readFileSync(certificateFile), key: readFileSync(keyFile) };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw refusal(
      'wrongConfiguration',
      `listen: expected certificate and key that can be read, found: ${found}`,
    );
  }
}
