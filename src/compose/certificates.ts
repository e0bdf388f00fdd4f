import { connectionSentence } from '../adapters/mqtt/connectionSentence.ts';
import { isIdentityRefusal } from '../adapters/mqtt/identityRefusal.ts';
import type { MqttBus } from '../adapters/mqtt/mqttBus.ts';
import { openOwnCertificates } from '../adapters/x509/ownCertificates.ts';
import type { BrokerSettings, Settings } from '../config/settings.ts';
import type { CertificateRequest } from '../contract/certificate.ts';
import type { Status } from '../contract/status.ts';
import type { Fault } from '../domain/faults.ts';
import type { CertificateDoors } from '../gateway/certificateDoors.ts';
import type { OwnCertificates, ShownFiles } from '../ports/certificates.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import {
  describeNoCertificate,
  describeRenewal,
  renewalFaults,
} from '../sync/certificates/describeRenewal.ts';
import { CertificateRenewal } from '../sync/certificates/renewal.ts';

/** The certificate of this gateway, as the files hold it; nothing where the settings name none. */
export function openCertificates({ broker, stateDirectory }: Settings): OwnCertificates | undefined {
  const { certificateFile, keyFile } = broker;
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  const authorityFile = authorityFileOf(broker);
  return openOwnCertificates({
    enrolled: { certificateFile, keyFile },
    ...(authorityFile !== undefined && { authorityFile }),
    stateDirectory,
  });
}

interface RenewalParts {
  readonly settings: Settings;
  readonly certificates: OwnCertificates;
  readonly clock: Clock;
  readonly log: Log;
  /** Nothing without a broker. */
  readonly bus: () => MqttBus | undefined;
  readonly ask: (request: CertificateRequest) => boolean;
}

export function createRenewal({ settings, bus, ...parts }: RenewalParts): CertificateRenewal {
  const { gatewayId, broker } = settings;
  return new CertificateRenewal({
    ...parts,
    gatewayId,
    renewalDays: broker.renewalDays,
    canCheck: authorityFileOf(broker) !== undefined,
    isConnected: () => bus()?.isConnected() ?? false,
    startAnew: async () => {
      const outcome = (await bus()?.startAnew()) ?? { isAccepted: false, failure: undefined };
      if (outcome.isAccepted) return outcome;
      const { failure } = outcome;
      const isAboutIdentity = isIdentityRefusal(failure);
      return { isAccepted: false, sentence: connectionSentence(failure), isAboutIdentity };
    },
  });
}

/** The files of the settings, with what takes the place of certificate and key. */
export function filesOf(broker: BrokerSettings, shown: ShownFiles | undefined): BrokerSettings {
  return shown === undefined ? broker : { ...broker, ...shown };
}

/** What the status says of it. */
export function certificateStanding(
  renewal: CertificateRenewal | undefined,
  clock: Clock,
): { readonly certificate?: Status['sync']['certificate']; readonly faults: readonly Fault[] } {
  if (renewal === undefined) return { faults: [] };
  const now = clock.now();
  const standing = renewal.standing();
  const { certificate, sentence, renewal: asked } = describeRenewal(standing, now);
  const validUntil = certificate === undefined ? {} : { validUntil: certificate.validUntil };
  return {
    certificate: { ...validUntil, sentence: `${sentence}. ${asked}` },
    faults: renewalFaults(standing, now),
  };
}

export function openCertificateDoors(
  renewal: CertificateRenewal | undefined,
  clock: Clock,
): CertificateDoors {
  return {
    report: () =>
      renewal === undefined
        ? describeNoCertificate(clock.now())
        : describeRenewal(renewal.standing(), clock.now()),
    renew: async () =>
      (await renewal?.renewNow()) ?? {
        isDone: false,
        sentence: 'No certificate of this gateway is set (broker.certificateFile), so there is none to renew',
      },
  };
}

/** Authorities differ where the broker's own certificate comes from a public one. */
function authorityFileOf({
  clientAuthorityFile,
  certificateAuthorityFile,
}: BrokerSettings): string | undefined {
  return clientAuthorityFile ?? certificateAuthorityFile;
}
