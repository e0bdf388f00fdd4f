import { type CertificateMessage, certificateSchema } from '../../contract/certificate.ts';
import { topicOf } from '../../contract/topics.ts';
import type { DomainEvent } from '../../domain/event.ts';
import type { TrustBundle } from '../../domain/trustBundle.ts';
import type { Bus, BusMessage } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { Refusal } from '../refusal.ts';
import { countRefusal, NO_REFUSALS } from '../refusalLimit.ts';
import { readSigned } from '../signedControl.ts';

interface CertificateDeskOptions {
  readonly gatewayId: string;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bundle: () => TrustBundle;
  readonly verify: SignatureReader;
  readonly onCertificate: (message: CertificateMessage) => Refusal | undefined;
  readonly onEvent: (event: DomainEvent) => void;
}

/**
 * Takes new certificates from the back office. How old an answer is does not matter: it counts only for the request that
 * waits, and only by its key. What is refused is told, as long as it is not too much.
 */
export function openCertificateDesk(options: CertificateDeskOptions): void {
  const { gatewayId, bus, clock, log, bundle, verify, onCertificate, onEvent } = options;
  let refused = NO_REFUSALS;
  bus.subscribe(topicOf(gatewayId, 'certificate'), async (message: BusMessage) => {
    const reading = await readSigned<CertificateMessage>(message, {
      schemas: { 'loadgate.certificate/1': certificateSchema },
      signerOf: () => ({ role: 'backOffice' }),
      bundle: bundle(),
      verify,
      now: clock.now(),
    });
    const refusal = reading.ok ? onCertificate(reading.message) : reading;
    if (refusal === undefined) return;
    const { count, untoldBefore } = countRefusal(refused, clock.runningMs());
    refused = count;
    if (untoldBefore === undefined) return;
    const { topic } = message;
    const { cause } = refusal;
    const id = reading.message?.id;
    log.warn({ topic, cause, untoldBefore }, 'New certificate refused');
    onEvent({ kind: 'controlRefused', topic, cause, ...(id !== undefined && { id }) });
  });
}
