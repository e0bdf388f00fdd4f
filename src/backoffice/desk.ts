import type { Bus, BusMessage } from '../ports/bus.ts';
import type { CertificateIssuer } from '../ports/certificateIssuer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { Passwords, Sha256 } from '../ports/secrets.ts';
import type { SignatureReader, Signer } from '../ports/signature.ts';
import type { WebAnswer, WebHandler } from '../ports/web.ts';
import { completenessRoutes } from './api/completenessRoutes.ts';
import { consentRoutes } from './api/consentRoutes.ts';
import { createDeskApi } from './api/deskApi.ts';
import { noticeRoutes } from './api/noticeRoutes.ts';
import { registryRoutes } from './api/registryRoutes.ts';
import { reportRoutes } from './api/reportRoutes.ts';
import { AuditTrail } from './audit/trail.ts';
import { Certificates } from './certificates/service.ts';
import { ConsentBook } from './consent/service.ts';
import { TextPublisher } from './consent/textPublisher.ts';
import { Intake } from './intake/intake.ts';
import { LiveHub } from './live/hub.ts';
import { Boards } from './notices/boards.ts';
import { NoticeBook } from './notices/book.ts';
import { Publisher } from './notices/publisher.ts';
import { Notices } from './notices/service.ts';
import { type People, Sessions } from './people/sessions.ts';
import { Registry } from './registry/service.ts';
import { REPORT_STYLE } from './reports/style.ts';
import type { DeskStore } from './store.ts';
import { TrustPublisher } from './trust/trustPublisher.ts';
import { Receiver } from './usage/service.ts';

export interface DeskOptions {
  readonly store: DeskStore;
  readonly bus: Bus;
  readonly verify: SignatureReader;
  /** Names a raw public key by itself (RFC 7638). */
  readonly keyIdOf: (publicKey: string) => string;
  /** Key of the back office itself; absent: what is missing is not asked for, and nothing about consent can be sent. */
  readonly ownSigner?: Signer;
  /** Absent: gateways that ask for a new certificate are not answered. */
  readonly issuer?: CertificateIssuer;
  /** By distributor id. */
  readonly signers: ReadonlyMap<string, Signer>;
  /** Raw public keys of the root of trust. */
  readonly rootKeys: readonly string[];
  /** Longest that households agreed to, at once and in any 24 hours. */
  readonly caps: { readonly longestSeconds: number; readonly longestInDaySeconds: number };
  readonly people: People;
  readonly passwords: Passwords;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly version: string;
  readonly page: (path: string, ifNoneMatch?: string) => WebAnswer | undefined;
  readonly isSecure: boolean;
}

export interface Desk {
  /** Answers HTTP. */
  readonly handle: WebHandler;
  /** Takes a message of a gateway; rejects when it must come again. */
  take(message: BusMessage): Promise<void>;
  stop(): void;
  /** Writes what would be written within seconds. */
  flush(): void;
}

/** How long the count of missing receipts stands before it is made anew: it looks at every stream. */
const RECOUNT_MS = 30_000;

/** The whole desk but for its technology. */
export function createDesk(options: DeskOptions): Desk {
  const { store, bus, clock, log, sha256, signers, caps, verify } = options;
  const registry = new Registry({ store, clock, log, keyIdOf: options.keyIdOf });
  const boards = new Boards(store);
  const book = new NoticeBook(store, boards);
  const trail = new AuditTrail(store, clock, sha256);
  if (trail.brokenAt !== undefined) {
    log.error(
      { entry: trail.brokenAt },
      'The audit trail was changed: this entry does not fit the one before',
    );
  }
  let publisher: Publisher | undefined;
  const hub = new LiveHub({ registry, clock, log, bus, onTick: (openIds) => publisher?.tidy(openIds) });
  const parts = { ...options, registry, book, boards, trail, watchers: hub, signers, caps };
  publisher = new Publisher(parts, bus);
  const signed = publisher;
  const notices = new Notices(parts, () => signed.nudge());
  const trust = new TrustPublisher({ store, trail, bus, verify, rootKeys: options.rootKeys });
  const own = { ...parts, bus, ...(options.ownSigner && { signer: options.ownSigner }) };
  const receiver = new Receiver({ ...own, isReachable: (gatewayId) => registry.isReachable(gatewayId) });
  const consents = new ConsentBook(own);
  const texts = new TextPublisher({ ...own, mail: consents.mail });
  const intake = new Intake({
    ...parts,
    receiver,
    consents,
    certificates: new Certificates(own),
    onTurnedUp: (gatewayId) => {
      signed.turnedUp(gatewayId);
      consents.mail.turnedUp(gatewayId);
    },
  });
  const sessions = new Sessions(options);
  const missingReceipts = remembering(() => receiver.countMissing('receipts'), clock);
  const handle = createDeskApi({
    sessions,
    store,
    trail,
    hub,
    clock,
    log,
    isSecure: options.isSecure,
    page: (path, tag) => (path === '/report.css' ? REPORT_STYLE : options.page(path, tag)),
    routes: [
      ...noticeRoutes({ notices, book, boards, registry, clock }),
      ...registryRoutes({ registry, book, store, trail, trust, clock }),
      ...completenessRoutes({ registry, receiver, store, trail }),
      ...consentRoutes({ registry, consents, texts }),
      ...reportRoutes({ book, boards, clock }),
    ],
    describe: () => {
      const trustVersion = trust.version();
      return {
        version: options.version,
        now: new Date(clock.now().utcMs).toISOString(),
        isBrokerConnected: bus.isConnected(),
        distributors: [...signers].map(([id, { keyId }]) => ({ id, keyId })),
        ...caps,
        gateways: registry.size,
        setAside: store.setAsideCount(),
        missingReceipts: missingReceipts(),
        ...(trustVersion === undefined ? {} : { trustVersion }),
      };
    },
  });
  hub.start(book, boards);
  publisher.nudge();
  return {
    handle,
    take: (message) => intake.take(message),
    stop: () => {
      hub.stop();
      signed.stop();
      registry.stop();
      receiver.stop();
    },
    flush: () => {
      registry.flush();
      boards.flush();
      receiver.flush();
    },
  };
}

function remembering(count: () => number, clock: Clock): () => number {
  let last: { readonly value: number; readonly atMs: number } | undefined;
  return () => {
    const nowMs = clock.runningMs();
    if (last === undefined || nowMs - last.atMs > RECOUNT_MS) last = { value: count(), atMs: nowMs };
    return last.value;
  };
}
