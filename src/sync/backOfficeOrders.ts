import { type GatewayTopicName, topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { Bus } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SignatureReader } from '../ports/signature.ts';
import { countRefusal, NO_REFUSALS } from './refusalLimit.ts';
import { readSigned, type SignedControlOptions } from './signedControl.ts';

/** What every place needs that takes orders of the back office. */
export interface BackOfficeOptions {
  readonly gatewayId: string;
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly bundle: () => TrustBundle;
  readonly verify: SignatureReader;
  readonly onEvent: (event: DomainEvent) => void;
}

interface Orders<T> {
  readonly topic: GatewayTopicName;
  readonly schemas: SignedControlOptions<T>['schemas'];
  /** @returns why it is not obeyed */
  readonly obey: (order: T) => string | undefined;
  /** For the log, when one is not obeyed. */
  readonly refused: string;
}

/**
 * Listens to signed messages of the back office on one topic. Whatever is not obeyed stays without effect and is told, as long
 * as that is not too much.
 */
export function takeOrders<T extends { readonly id: string }>(
  { gatewayId, bus, clock, log, bundle, verify, onEvent }: BackOfficeOptions,
  { topic: name, schemas, obey, refused }: Orders<T>,
): void {
  let refusals = NO_REFUSALS;
  bus.subscribe(topicOf(gatewayId, name), async (message) => {
    const reading = await readSigned<T>(message, {
      schemas,
      signerOf: () => ({ role: 'backOffice' }),
      bundle: bundle(),
      verify,
      now: clock.now(),
    });
    const cause = reading.ok ? obey(reading.message) : reading.cause;
    if (cause === undefined) return;
    const { count, untoldBefore } = countRefusal(refusals, clock.runningMs());
    refusals = count;
    if (untoldBefore === undefined) return;
    const { topic } = message;
    const id = reading.message?.id;
    log.warn({ topic, cause, untoldBefore }, refused);
    onEvent({ kind: 'controlRefused', topic, cause, ...(id !== undefined && { id }) });
  });
}
