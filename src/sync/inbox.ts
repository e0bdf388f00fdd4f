import type { z } from 'zod';
import { consentAckSchema, consentRequestSchema, consentTextsSchema } from '../contract/consent.ts';
import { curtailmentCancelSchema, curtailmentSchema, noCurtailmentSchema } from '../contract/curtailment.ts';
import { curtailmentScheduleSchema } from '../contract/curtailmentSchedule.ts';
import { heartbeatSchema } from '../contract/heartbeat.ts';
import {
  type RestrictionCancelMessage,
  type RestrictionNoticeMessage,
  restrictionCancelSchema,
  restrictionCommandOf,
  restrictionNoticeSchema,
} from '../contract/restriction.ts';
import { areaTopicOf, TOPICS, TRUST_TOPIC, topicOf } from '../contract/topics.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { DistributorId } from '../domain/mpan.ts';
import type { RefusalCode, SignedCommand } from '../domain/restriction.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { Bus, BusMessage } from '../ports/bus.ts';
import type { SignatureReader } from '../ports/signature.ts';
import { ConsentDesk, type ConsentInlet, type ConsentMessage } from './consentDesk.ts';
import { ControlDesk, type ControlDeskOptions, type ControlMessage } from './controlDesk.ts';
import { countRefusal, NO_REFUSALS, type RefusalCount } from './refusalLimit.ts';
import { readSigned, type SignedRefusal } from './signedControl.ts';
import { TrustKeeper, type TrustKeeperOptions } from './trustKeeper.ts';

/** A restriction command that was refused by its form, its key or its signature: checks 1 to 3. */
export interface RefusedRestriction {
  readonly code: RefusalCode;
  readonly cause: string;
  /** SHA-256 of what came, hexadecimal. */
  readonly sha256: string;
  /** What it says of itself, where it can be read; nobody vouches for it. Of a cancel: the notice that it cancels. */
  readonly noticeId?: string;
  readonly issuer?: DistributorId;
  readonly sequence?: number;
  /** The text that came; empty when it was too long, or is nothing that can be shown. */
  readonly jws: string;
}

export interface InboxOptions extends ControlDeskOptions {
  readonly bus: Pick<Bus, 'subscribe'>;
  /** To which this supply is connected; absent: no restriction command can be for it. */
  readonly distributor?: DistributorId;
  /** Feeder and substations of this supply. */
  readonly areaIds: readonly string[];
  /** Who alone gives curtailments; absent: any controlling party of the trust bundle. */
  readonly partyId?: string;
  readonly trust: {
    /** Raw Ed25519 public keys, base64url. */
    readonly rootKeys: readonly string[];
    /** Holds until another one comes; verified already. */
    readonly bundle: TrustBundle;
  };
  readonly verify: SignatureReader;
  /** Resolves when it is recorded. All further checks are the gateway's. */
  readonly onRestriction: (signed: SignedCommand) => Promise<void>;
  readonly onRestrictionRefused: (refusal: RefusedRestriction) => Promise<void>;
  /** In force already; resolves when it is recorded. */
  readonly onTrust: TrustKeeperOptions['onTrust'];
  /** Absent: nobody here keeps a ledger of consent, and nothing is heard of it. */
  readonly consent?: ConsentInlet;
  readonly onEvent: (event: DomainEvent) => void;
}

type RestrictionMessage = RestrictionNoticeMessage | RestrictionCancelMessage;

const RESTRICTION_SCHEMAS = {
  'loadgate.restriction-notice/1': restrictionNoticeSchema,
  'loadgate.restriction-cancel/1': restrictionCancelSchema,
} satisfies Record<(typeof TOPICS.restriction.schemas)[number], z.ZodType<RestrictionMessage>>;

const CONTROL_SCHEMAS = {
  curtailment: curtailmentSchema,
  curtailmentSchedule: curtailmentScheduleSchema,
  noCurtailment: noCurtailmentSchema,
  curtailmentCancel: curtailmentCancelSchema,
  heartbeat: heartbeatSchema,
} satisfies Record<string, z.ZodType<ControlMessage>>;

const CONSENT_SCHEMAS = {
  consent: consentRequestSchema,
  consentAck: consentAckSchema,
  consentTexts: consentTextsSchema,
} satisfies Record<string, z.ZodType<ConsentMessage>>;

type ConsentName = keyof typeof CONSENT_SCHEMAS;

type ControlName = keyof typeof CONTROL_SCHEMAS;

/**
 * Takes signed commands from the broker. What it does not obey it refuses with a cause, and acknowledges. Everybody who
 * reaches the broker may write here; only a key of the trust bundle counts.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #controls: ControlDesk;
  readonly #trust: TrustKeeper;
  #refusedControls: RefusalCount = NO_REFUSALS;
  /** Counted by itself: a flood of nonsense on the other topics leaves no refused notice untold. */
  #refusedRestrictions: RefusalCount = NO_REFUSALS;
  /** One after the other, also when a message comes again while its first handling is still under way. */
  #tail: Promise<void> = Promise.resolve();
  /** How many are not handled to their end. */
  #open = 0;

  constructor(options: InboxOptions) {
    const { gatewayId, areaIds, trust, verify, onTrust } = options;
    this.#options = options;
    this.#controls = new ControlDesk(options);
    this.#trust = new TrustKeeper({ ...trust, verify, onTrust });
    for (const name of Object.keys(CONTROL_SCHEMAS) as ControlName[]) {
      this.#listen(topicOf(gatewayId, name), (message) => this.#takeControl(name, message));
    }
    for (const topic of [topicOf(gatewayId, 'restriction'), ...areaIds.map(areaTopicOf)]) {
      this.#listen(topic, (message) => this.#takeRestriction(message));
    }
    const { consent } = options;
    if (consent !== undefined) {
      const desk = new ConsentDesk({
        ...consent,
        gatewayId,
        clock: options.clock,
        releasesSinceUtcMs: options.releasesSinceUtcMs,
      });
      for (const name of Object.keys(CONSENT_SCHEMAS) as ConsentName[]) {
        this.#listen(topicOf(gatewayId, name), (message) => this.#takeConsent(name, desk, message));
      }
    }
    this.#listen(TRUST_TOPIC, (message) => this.#takeTrust(message));
  }

  /** Whose commands count now. */
  trustBundle(): TrustBundle {
    return this.#trust.bundle();
  }

  #listen(topic: string, take: (message: BusMessage) => Promise<void>): void {
    this.#options.bus.subscribe(topic, (message) => {
      // One that finds nobody before it is handled at once: a command that narrows waits for no turn.
      const isAlone = this.#open === 0;
      this.#open += 1;
      const handled = isAlone ? take(message) : this.#tail.then(() => take(message));
      this.#tail = handled
        .catch(() => {})
        .then(() => {
          this.#open -= 1;
        });
      return handled;
    });
  }

  async #takeControl(name: ControlName, message: BusMessage): Promise<void> {
    const { partyId, verify, clock } = this.#options;
    const rightful = {
      role: 'controllingParty',
      ...(partyId !== undefined && { party: partyId }),
    } as const;
    const reading = await readSigned<ControlMessage>(message, {
      schemas: { [TOPICS[name].schemas[0]]: CONTROL_SCHEMAS[name] },
      signerOf: () => rightful,
      bundle: this.#trust.bundle(),
      verify,
      now: clock.now(),
    });
    const refusal = reading.ok ? await this.#controls.obey(reading.message) : reading;
    if (refusal !== undefined) this.#tell(message.topic, refusal.cause);
  }

  async #takeConsent(name: ConsentName, desk: ConsentDesk, message: BusMessage): Promise<void> {
    const { verify, clock } = this.#options;
    const reading = await readSigned<ConsentMessage>(message, {
      schemas: { [TOPICS[name].schemas[0]]: CONSENT_SCHEMAS[name] },
      signerOf: () => ({ role: 'backOffice' }),
      bundle: this.#trust.bundle(),
      verify,
      now: clock.now(),
    });
    const refusal = reading.ok ? await desk.obey(reading.message) : reading;
    if (refusal !== undefined) this.#tell(message.topic, refusal.cause, idOf(reading.message));
  }

  async #takeRestriction(message: BusMessage): Promise<void> {
    const { distributor, verify, clock, log, onRestriction } = this.#options;
    const reading = await readSigned<RestrictionMessage>(message, {
      schemas: RESTRICTION_SCHEMAS,
      signerOf: ({ issuer }) => ({
        role: 'distributor',
        issuer,
        ...(distributor !== undefined && { distributor }),
      }),
      bundle: this.#trust.bundle(),
      verify,
      now: clock.now(),
    });
    if (!reading.ok) return await this.#refuseRestriction(message.topic, reading);
    const { sha256, keyId, jws } = reading;
    const command = restrictionCommandOf(reading.message);
    log.info(
      { topic: message.topic, sha256, keyId, kind: command.kind, sequence: command.sequence },
      'Restriction command with a good signature',
    );
    await onRestriction({ command, sha256, keyId, jws });
  }

  async #takeTrust({ topic, payload }: BusMessage): Promise<void> {
    const before = this.#trust.bundle();
    const refusal = await this.#trust.take(textOf(payload));
    const { version, keys, revoked } = this.#trust.bundle();
    if (refusal !== undefined) this.#tell(topic, refusal.cause);
    else if (version !== before.version) {
      this.#options.log.info({ version, keys: keys.length, revoked: revoked.length }, 'Trust bundle taken');
    }
  }

  /** An event of the refusal, as long as there are not too many. */
  #tell(topic: string, cause: string, id?: string): void {
    const { clock, log, onEvent } = this.#options;
    const { count, untoldBefore } = countRefusal(this.#refusedControls, clock.runningMs());
    this.#refusedControls = count;
    if (untoldBefore === undefined) return;
    const told = withUntold(cause, untoldBefore);
    log.warn({ topic, cause: told }, 'Command refused');
    onEvent({ kind: 'controlRefused', topic, cause: told, ...(id !== undefined && { id }) });
  }

  async #refuseRestriction(topic: string, refusal: SignedRefusal<RestrictionMessage>): Promise<void> {
    const { clock, log, onRestrictionRefused } = this.#options;
    const { count, untoldBefore } = countRefusal(this.#refusedRestrictions, clock.runningMs());
    this.#refusedRestrictions = count;
    if (untoldBefore === undefined) return;
    const { code, sha256, jws, message } = refusal;
    const cause = withUntold(refusal.cause, untoldBefore);
    log.warn({ topic, code, cause, sha256 }, 'Restriction command refused');
    await onRestrictionRefused({ code, cause, sha256, jws, ...claimsOf(message) });
  }
}

/** Texts have a version instead. */
function idOf(message: ConsentMessage | undefined): string | undefined {
  return message !== undefined && 'id' in message ? message.id : undefined;
}

function claimsOf(
  message: RestrictionMessage | undefined,
): Pick<RefusedRestriction, 'noticeId' | 'issuer' | 'sequence'> {
  if (message === undefined) return {};
  const { issuer, sequence } = message;
  return { noticeId: 'noticeId' in message ? message.noticeId : message.cancels.noticeId, issuer, sequence };
}

function withUntold(cause: string, untold: number): string {
  return untold === 0 ? cause : `${cause} (and ${untold} more commands before it)`;
}

function textOf(payload: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload);
}
