import type { DeviceReadings } from '../domain/point.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { Log } from '../ports/log.ts';

/** Between two looks at a device; what is due then is the profile's matter. */
const POLL_EVERY_MS = 250;

interface PollerOptions {
  readonly devices: readonly Device[];
  readonly clock: Clock;
  readonly log: Log;
  /** Many devices take any request for a sign of life: nothing is asked while no cycle has finished in time. */
  readonly mayPoll: () => boolean;
  readonly onReadings: (deviceId: string, readings: DeviceReadings) => void;
}

/** Reads every device in a loop of its own, so that a slow one does not hold up the others. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #cancels = new Map<string, Cancel>();
  #isStopped = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    for (const device of this.#options.devices) void this.#look(device);
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  async #look(device: Device): Promise<void> {
    const { clock, log, mayPoll, onReadings } = this.#options;
    const startedMs = clock.runningMs();
    if (mayPoll()) {
      try {
        const readings = await device.poll();
        if (this.#isStopped) return;
        onReadings(device.deviceId, readings);
      } catch (error) {
        // A defect of one device's code must not end its loop, or its readings would grow old unseen.
        log.error({ deviceId: device.deviceId, error: String(error) }, 'Polling a device failed');
      }
    }
    if (this.#isStopped) return;
    const tookMs = clock.runningMs() - startedMs;
    const cancel = clock.after(Math.max(1, POLL_EVERY_MS - tookMs), () => void this.#look(device));
    this.#cancels.set(device.deviceId, cancel);
  }
}
