import type { DeskSettings } from '../config/deskSchema.ts';
import type { Settings } from '../config/settings.ts';
import type { BackupManifest } from '../contract/backup.ts';
import type { Status } from '../contract/status.ts';
import type { Wire } from '../discovery/wire.ts';
import type { Ladder } from '../domain/network.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { ReplayResult } from '../gateway/replay.ts';
import type { Parsed, PlanChange } from '../gateway/whatIf/planChange.ts';
import type { WhatIfResult } from '../gateway/whatIf/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Device } from '../ports/device.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import type { OwnSigner, SignatureReader, Signer } from '../ports/signature.ts';
import type { JournalSegment, RecordReaderResult } from '../ports/store.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ExitName } from './exitCodes.ts';

/** A gateway in this process. */
export interface RunningGateway {
  /** Takes the loads to their stated posture, records it and closes everything. */
  stop(cause: string): Promise<void>;
  /** Settles when the gateway was told at its local socket to end: with the cause to stop it with. */
  readonly ended: Promise<'decommissioned'>;
  status(): Status;
}

/** Rejection of startGateway when the outside is at fault; anything else that it rejects with is a defect. */
export interface StartRefusal extends Error {
  readonly exit: ExitName;
}

/** What is to go into a backup, and where it is to lie. All paths are absolute. */
export interface BackupOrder {
  readonly path: string;
  readonly stateDirectory: string;
  readonly keyFile: string;
  /** Absent: no settings name it. */
  readonly gatewayId?: string;
  /** Files of the settings; those that are not there are left out. */
  readonly copies: readonly string[];
  /** Absent: the file is not sealed. */
  readonly passphrase?: string;
  readonly madeAtUtcMs: number;
  readonly software: string;
}

export type BackupOutcome =
  | {
      readonly ok: true;
      readonly manifest: BackupManifest;
      readonly bytes: number;
      readonly files: number;
    }
  | { readonly ok: false; readonly exit: ExitName; readonly detail: string };

/** Where a backup is to be put. All paths are absolute. */
export interface RestoreOrder extends Pick<BackupOrder, 'path' | 'stateDirectory' | 'keyFile'> {
  /** Whose backup is expected; absent: whosoever. */
  readonly gatewayId?: string;
  readonly passphrase?: string;
  /** What is there already is set aside. */
  readonly isForced: boolean;
  /** A new folder for the copies of the settings; absent: they stay in the backup. */
  readonly settingsFolder?: string;
}

export type RestoreOutcome =
  | { readonly ok: true; readonly manifest: BackupManifest; readonly setAsidePaths: readonly string[] }
  | { readonly ok: false; readonly exit: ExitName; readonly detail: string };

/** What the commands use of the composed gateway. Loaded only by the commands that need it. */
export interface Composition {
  startGateway(
    settings: Settings,
    plan: SitePlan,
    profiles: ReadonlyMap<string, Profile>,
  ): Promise<RunningGateway>;
  /** The record of a state directory, opened without changing it. */
  openRecord(stateDirectory: string): RecordReaderResult;
  /** The gateway's own key, from its file. */
  readOwnKey(
    file: string,
  ): { readonly ok: true; readonly signer: OwnSigner } | { readonly ok: false; readonly detail: string };
  openVerifier(): SignatureReader;
  makeBackup(order: BackupOrder): BackupOutcome;
  restoreBackup(order: RestoreOrder): RestoreOutcome;
  /** Makes a private key (PEM, Ed25519) for its user alone; never over a file that is there. */
  makeKey(file: string): ({ readonly ok: true } & NamedKey) | { readonly ok: false; readonly detail: string };
  /** Signs with a private key of a file. @param keyId its name; absent: its thumbprint */
  openSigner(
    file: string,
    keyId?: string,
  ): { readonly ok: true; readonly signer: Signer } | { readonly ok: false; readonly detail: string };
  /** The thumbprint of a raw public key (RFC 7638). */
  keyIdOf(publicKey: string): string;
  /** The hash of an engineer's PIN for the site plan. */
  hashPin(pin: string): string;
  replayJournal(segments: Iterable<JournalSegment>): ReplayResult;
  whatIf(segments: Iterable<JournalSegment>, changes: readonly PlanChange[]): Parsed<WhatIfResult>;
  /** Climbs the ladder of the network without a gateway. Rejects with a StartRefusal where one runs after all. */
  climbNetwork(settings: Settings): Promise<Ladder>;
  createClock(speed: number): Clock;
  /** A wire for looking only: every write is refused before it reaches it. */
  openForReading(wire: Wire, clock: Clock): ModbusLine;
  /** A device on such a wire. */
  createDeviceToRead(line: ModbusLine, unit: number, profile: Profile, clock: Clock): Device;
  /** The desk, which a gateway does not load. */
  composeDesk(): Promise<DeskComposition>;
  /** A broker inside this process, on a free port of the loopback address. */
  startDemoBroker(): Promise<DemoBroker>;
  /** Calls the listener for every message on a topic. Does not reject while the broker is away: it may come back. */
  watchTopics(url: string, topic: string, listener: (topic: string) => void): Promise<TopicWatch>;
}

/** What the commands use of the composed desk. */
export interface DeskComposition {
  /** @param pagesDirectory the pages as they are built */
  startDesk(settings: DeskSettings, pagesDirectory: string): Promise<RunningDesk>;
  /** The hash of a password, for the file of users. */
  hashPassword(password: string): Promise<string>;
}

/** A desk in this process. */
export interface RunningDesk {
  readonly url: string;
  stop(): Promise<void>;
}

/** A key as others know it. */
export interface NamedKey {
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
}

export interface DemoBroker {
  readonly url: string;
  close(): Promise<void>;
}

export interface TopicWatch {
  close(): Promise<void>;
}

/** The way out for text. */
export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** launcherGone: the process that started this one has ended without a word. */
export type StopSignal = 'SIGTERM' | 'SIGINT' | 'launcherGone';

/** All that a command touches of the process it runs in. */
export interface Context {
  readonly standardOutput: Output;
  readonly errorOutput: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly version: string;
  /** Calls the listener at each signal to stop. Returns how to end that. */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
  compose(): Promise<Composition>;
}
