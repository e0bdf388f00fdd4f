import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import { AddressBook } from './addressBook.ts';
import { startCoordinator } from './coordinatorStart.ts';
import type { HanMessage, HanRadio, HanRadioState, HanRadioStatistics, HanResult } from './hanRadio.ts';
import { readIeeeAddress } from './ieeeAddress.ts';
import {
  type ApplicationEndpoint,
  MOST_PAYLOAD,
  type Notification,
  REQUESTS,
  readNotification,
} from './mtCommands.ts';
import { judgeStatus, MtLink } from './mtLink.ts';
import { describeMtStatus } from './mtStatus.ts';
import { Notices } from './notices.ts';
import { MOST_UNCONFIRMED, SendLedger } from './sendLedger.ts';
import { type OpenWire, type SerialWire, serialWire } from './serialWire.ts';

export interface ZStackRadioOptions {
  /** Path of the port, best a stable one below /dev/serial/by-id. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws the network key when the stick forms a network. */
  readonly entropy: Entropy;
  /** Zigbee channels, 11 to 26, that a new network may use; a network that is there stays where it is. */
  readonly channels?: readonly number[];
  /** Instead of the serial port at the path. */
  readonly wire?: OpenWire;
}

/** Channels between those of WLAN 1, 6 and 11. */
const DEFAULT_CHANNELS = [15, 20, 25];
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** A stick that nobody speaks with is asked this often whether it is still there. */
const PING_EVERY_MS = 10_000;

/** Energy service interface of the Smart Energy profile, serving demand response and load control. */
const OWN_ENDPOINT: ApplicationEndpoint = {
  endpoint: 1,
  profile: 0x0109,
  deviceType: 0x0500,
  inClusters: [0x0701],
  outClusters: [],
};

/**
 * A Z-Stack 3 coordinator on a serial port. Returns at once; connects, and connects again after a loss, in the background.
 * connecting: the port or the module is not there yet; sends are answered device-offline at once. ready: the network is up.
 * A module that hangs or restarts by itself is brought up anew.
 */
export function openZStackRadio(options: ZStackRadioOptions): HanRadio {
  return new ZStackRadio(options);
}

class ZStackRadio implements HanRadio {
  readonly #options: ZStackRadioOptions;
  readonly #openWire: OpenWire;
  readonly #book: AddressBook;
  readonly #listeners = new Set<(message: HanMessage) => void>();
  readonly #ledger: SendLedger;
  readonly #notices: Notices;
  #state: HanRadioState = 'connecting';
  #why = 'not connected yet';
  #wire: SerialWire | undefined;
  #link: MtLink | undefined;
  #cancelRetry: Cancel = () => {};
  #cancelPing: Cancel = () => {};
  #retryMs = FIRST_RETRY_MS;
  #counts = { sent: 0, acknowledged: 0, received: 0, badFrames: 0, strayOctets: 0, connections: 0 };

  constructor(options: ZStackRadioOptions) {
    this.#options = options;
    this.#openWire = options.wire ?? serialWire(options.path);
    this.#book = new AddressBook(options.clock);
    this.#ledger = new SendLedger(options.clock);
    this.#notices = new Notices(options.clock);
    this.#connect();
  }

  state(): HanRadioState {
    return this.#state;
  }

  whyNotReady(): string {
    return this.#state === 'ready' ? '' : `${this.#options.path}: ${this.#why}`;
  }

  onMessage(listener: (message: HanMessage) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  statistics(): HanRadioStatistics {
    const { connections, badFrames, strayOctets, ...counts } = this.#counts;
    return {
      ...counts,
      badFrames: badFrames + (this.#link?.badFrames ?? 0),
      strayOctets: strayOctets + (this.#link?.strayOctets ?? 0),
      reconnects: Math.max(0, connections - 1),
    };
  }

  async send(message: HanMessage): Promise<HanResult> {
    const address = readIeeeAddress(message.address);
    if (address === undefined) return fail('write-refused', `${message.address} is not a 64-bit address`);
    if (message.payload.length > MOST_PAYLOAD) {
      return fail('write-refused', `${message.payload.length} octets, at most ${MOST_PAYLOAD} fit`);
    }
    const shortAddress = this.#book.shortOf(address) ?? (await this.#lookUp(address));
    const link = this.#link;
    if (this.#state !== 'ready' || link === undefined) return this.#offline();
    if (shortAddress === undefined) {
      return fail('device-timeout', `${address}: no device with this address answers on the network`);
    }
    if (this.#ledger.isFull) {
      return fail('device-timeout', `${MOST_UNCONFIRMED} messages wait for their acknowledgement already`);
    }
    return this.#sendTo(link, shortAddress, { ...message, address });
  }

  async permitJoin(seconds: number): Promise<HanResult> {
    const link = this.#link;
    if (this.#state !== 'ready' || link === undefined) return this.#offline();
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > 254) {
      return fail('write-refused', `expected 0 to 254 s, found ${seconds}`);
    }
    const answer = judgeStatus(await link.request(REQUESTS.permitJoin(seconds)));
    return answer.ok ? { ok: true } : fail('device-offline', answer.detail);
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#cancelRetry();
    await this.#disconnect('the radio was closed');
    this.#listeners.clear();
  }

  async #sendTo(link: MtLink, shortAddress: number, message: HanMessage): Promise<HanResult> {
    const { address, endpoint, cluster, payload } = message;
    const { transaction, confirmed } = this.#ledger.open();
    this.#counts.sent++;
    const sourceEndpoint = OWN_ENDPOINT.endpoint;
    const request = { shortAddress, endpoint, sourceEndpoint, cluster, transaction, payload };
    const taken = judgeStatus(await link.request(REQUESTS.sendData(request)));
    if (!taken.ok) this.#ledger.settle(transaction, this.#link === link ? 'silence' : 'linkLost');
    const confirmation = await confirmed;
    if (confirmation === 0) {
      this.#counts.acknowledged++;
      return { ok: true };
    }
    if (confirmation === 'linkLost') return this.#offline();
    // It may have joined again under another short address.
    this.#book.forget(address);
    if (!taken.ok) return fail('device-timeout', `${address}: not sent, ${taken.detail}`);
    const why =
      confirmation === 'silence' ? 'the radio did not say what became of it' : describeMtStatus(confirmation);
    return fail('device-timeout', `${address}: not delivered, ${why}`);
  }

  async #lookUp(address: string): Promise<number | undefined> {
    const link = this.#link;
    if (this.#state !== 'ready' || link === undefined) return undefined;
    const learned = this.#book.untilLearned(address);
    void link.request(REQUESTS.findShortAddress(address));
    return learned;
  }

  #offline(): HanResult {
    const why = this.#state === 'closed' ? 'the radio was closed' : this.#why;
    return fail('device-offline', `${this.#options.path}: ${why}`);
  }

  #connect(): void {
    const { clock } = this.#options;
    // A port that was let go of may still speak; only the present one is listened to.
    const isPresent = () => this.#wire === wire && this.#state !== 'closed';
    const link = new MtLink({
      clock,
      send: (bytes) => this.#wire?.send(bytes),
      notified: (frame) => this.#hear(readNotification(frame)),
      hung: (detail) => this.#startOver(detail),
    });
    this.#link = link;
    const wire = this.#openWire({
      opened: () => isPresent() && void this.#bringUp(link),
      received: (bytes) => isPresent() && link.receive(bytes),
      lost: (detail) => isPresent() && this.#startOver(detail),
    });
    this.#wire = wire;
  }

  async #bringUp(link: MtLink): Promise<void> {
    const { entropy, channels = DEFAULT_CHANNELS, log, path } = this.#options;
    const start = await startCoordinator({
      request: (frame, timeoutMs) => link.request(frame, timeoutMs),
      tell: (frame) => link.tell(frame),
      untilReset: (begin, timeoutMs) => this.#notices.until(begin, ({ kind }) => kind === 'reset', timeoutMs),
      untilState: (begin, state, timeoutMs) =>
        this.#notices.until(
          begin,
          (notice) => notice.kind === 'stateChanged' && notice.state === state,
          timeoutMs,
        ),
      entropy,
      channels,
      endpoint: OWN_ENDPOINT,
    });
    if (this.#link !== link || this.#state === 'closed') return;
    if (!start.ok) {
      this.#startOver(start.detail);
      return;
    }
    this.#state = 'ready';
    this.#retryMs = FIRST_RETRY_MS;
    this.#counts.connections++;
    log.info({ path, firmware: start.firmware, hasFormed: start.hasFormed }, 'HAN radio is ready');
    this.#pingLater(link);
  }

  /** What a missing answer means is the link's matter. */
  #pingLater(link: MtLink): void {
    this.#cancelPing = this.#options.clock.after(PING_EVERY_MS, () => {
      void link.request(REQUESTS.ping()).then(() => this.#link === link && this.#pingLater(link));
    });
  }

  #hear(notice: Notification | undefined): void {
    if (notice === undefined) return;
    this.#notices.tell(notice);
    switch (notice.kind) {
      case 'reset':
        if (this.#state === 'ready') this.#startOver('the radio restarted by itself');
        break;
      case 'dataConfirmed':
        this.#ledger.settle(notice.transaction, notice.status);
        break;
      case 'addressLearned':
        this.#book.learn(notice.shortAddress, notice.address);
        break;
      case 'deviceLeft':
        this.#book.forget(notice.address);
        break;
      case 'dataReceived':
        this.#deliver(notice);
        break;
    }
  }

  #deliver(notice: Extract<Notification, { kind: 'dataReceived' }>): void {
    const { shortAddress, sourceEndpoint: endpoint, cluster, payload } = notice;
    if (notice.endpoint !== OWN_ENDPOINT.endpoint) return;
    const deliver = (address: string) => {
      this.#counts.received++;
      for (const listener of [...this.#listeners]) listener({ address, endpoint, cluster, payload });
    };
    const address = this.#book.addressOf(shortAddress);
    if (address !== undefined) deliver(address);
    else if (this.#book.hold(shortAddress, deliver)) {
      void this.#link?.request(REQUESTS.findIeeeAddress(shortAddress));
    }
  }

  #startOver(detail: string): void {
    if (this.#state === 'closed') return;
    const { clock, log, path } = this.#options;
    const level = this.#state === 'ready' || this.#why !== detail ? 'warn' : 'debug';
    log[level]({ path, detail, retryMs: this.#retryMs }, 'HAN radio is not ready, trying again');
    this.#state = 'connecting';
    void this.#disconnect(detail);
    this.#cancelRetry = clock.after(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #disconnect(detail: string): Promise<void> {
    const link = this.#link;
    const wire = this.#wire;
    this.#link = undefined;
    this.#wire = undefined;
    this.#why = detail;
    this.#counts.badFrames += link?.badFrames ?? 0;
    this.#counts.strayOctets += link?.strayOctets ?? 0;
    this.#cancelPing();
    link?.close(detail);
    this.#notices.tell({ kind: 'linkLost' });
    this.#ledger.loseAll();
    this.#book.close();
    return wire?.close() ?? Promise.resolve();
  }
}

function fail(fault: 'device-offline' | 'device-timeout' | 'write-refused', detail: string): HanResult {
  return { ok: false, fault, detail };
}
