import { connectBus } from '../adapters/mqtt/connectBus.ts';
import type { BusOptions, MqttBus } from '../adapters/mqtt/mqttBus.ts';
import type { Entropy } from '../ports/entropy.ts';
import { backoffMs, RECONNECT_SCHEDULE } from '../sync/backoff.ts';

type Own = Omit<BusOptions, 'url' | 'fallbackUrls' | 'username' | 'reconnectDelayMs' | 'requiresSubscriber'>;

/** As the settings of the gateway and of the desk have it. */
interface BrokerPlaces {
  readonly url: string;
  readonly fallbackUrls?: readonly string[];
  readonly username?: string;
}

/** The way to the broker that gateway and desk have in common: the same addresses in turn, the same pauses. */
export function connectBroker(
  { url, fallbackUrls, username }: BrokerPlaces,
  { entropy, ...own }: Own & { readonly entropy: Entropy },
): MqttBus {
  return connectBus({
    ...own,
    url,
    ...(fallbackUrls !== undefined && { fallbackUrls }),
    ...(username !== undefined && { username }),
    reconnectDelayMs: (failures) => backoffMs(failures, RECONNECT_SCHEDULE, entropy),
    // A back office may take messages from its broker by other ways than a subscription.
    requiresSubscriber: false,
  });
}
