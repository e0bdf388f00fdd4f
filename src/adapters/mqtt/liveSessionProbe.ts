import type { Clock } from '../../ports/clock.ts';
import type { SessionProbe, SessionSeen } from '../../ports/network.ts';
import { atMost } from './atMost.ts';
import type { ConnectionFailure } from './connectionSentence.ts';
import type { MqttBus } from './mqttBus.ts';

/** How a session is asked for by a gateway that runs: through its own one, so that no second one takes it over. */
export function createLiveSessionProbe(
  bus: Pick<MqttBus, 'isConnected' | 'attemptNow' | 'ping'>,
  clock: Clock,
): SessionProbe {
  return {
    session: async (address, withinMs, place) => {
      const isStanding = bus.isConnected();
      if (!isStanding && address === undefined) return undefined;
      const untilMs = clock.runningMs() + withinMs;
      const outcome = await atMost(clock, withinMs, bus.attemptNow(place?.url));
      if (outcome === undefined) return { kind: 'silent' };
      if (!outcome.isAccepted) return seenOf(outcome.failure);
      const askedMs = clock.runningMs();
      const isAnswered = await atMost(clock, untilMs - askedMs, bus.ping());
      const roundTripMs = Math.round(clock.runningMs() - askedMs);
      return { kind: 'accepted', isStanding, ...(isAnswered === true ? { roundTripMs } : {}) };
    },
  };
}

function seenOf(failure: ConnectionFailure | undefined): SessionSeen {
  if (failure === undefined) return { kind: 'failed', detail: 'closed without a reason' };
  const { code, message } = failure;
  if (typeof code === 'number') return { kind: 'refused', reasonCode: code };
  if (/connack timeout/i.test(message)) return { kind: 'silent' };
  return { kind: 'failed', detail: message, ...(code === undefined ? {} : { code }) };
}
