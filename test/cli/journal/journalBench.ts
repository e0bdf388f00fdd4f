import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createPassingSigner, openOwnSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { createSignatureReader } from '../../../src/adapters/jose/signatureReader.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import { createSystemClock } from '../../../src/adapters/system/systemClock.ts';
import type { Composition } from '../../../src/cli/context.ts';
import { readLines } from '../../../src/cli/journal/journalLines.ts';
import { type Verdict, verifyJournalFile } from '../../../src/cli/journal/verifyJournalFile.ts';
import { readOwnKey } from '../../../src/compose/journal.ts';
import type { DecisionInput } from '../../../src/core/decision.ts';
import type { Now } from '../../../src/domain/instant.ts';
import type { GatewayMemory } from '../../../src/gateway/gatewayMemory.ts';
import { type Checkpoint, JournalKeeper } from '../../../src/gateway/journalKeeper.ts';
import { Recorder } from '../../../src/gateway/recorder.ts';
import type { OwnSigner } from '../../../src/ports/signature.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { type CliRun, loadgate, type TestContext, testContext } from '../testContext.ts';

export const GATEWAY_ID = 'home-1';
export const START_UTC_MS = Date.UTC(2026, 0, 5, 17);
export const COMMIT_EVERY_MS = 45_000;
export const reader = createSignatureReader();
const issuer = createPassingSigner();

/** A folder with a state directory in it, which goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface RecordedJournal {
  readonly folder: string;
  readonly signer: OwnSigner;
  /** The checkpoints as they were sent, oldest first. */
  readonly checkpoints: readonly string[];
}

interface Happening {
  /** At which commit. */
  readonly at: number;
  readonly noticeId: string;
  readonly status: 'received' | 'started' | 'released';
}

const NOTICE: readonly Happening[] = [
  { at: 12, noticeId: 'N-1', status: 'received' },
  { at: 12, noticeId: 'N-1', status: 'started' },
  { at: 20, noticeId: 'N-1', status: 'released' },
];

/** A journal of a real store, recorder and keeper: a run of decisions each 45 s, one notice, its receipts, checkpoints. */
export function recordJournal(folder: string, commits = 40, memory: object = {}): RecordedJournal {
  const opened = openOwnSigner(join(folder, 'identity.key'));
  if (!opened.ok) throw new Error(opened.detail);
  const { signer } = opened;
  const store = openStore({ directory: folder, log: new RecordingLog() });
  const { condition } = store;
  const startedMs = condition.kind === 'restored' ? condition.state.runningMs : 0;
  const recorder = new Recorder({
    store,
    log: new RecordingLog(),
    segmentMs: COMMIT_EVERY_MS,
    cut: (draft) => draft,
  });
  const keeper = new JournalKeeper({ gatewayId: GATEWAY_ID, journalId: () => store.outboxId, signer });
  const checkpoints: string[] = [];
  const keep = (due: Checkpoint | undefined): void => {
    if (due === undefined) return;
    recorder.addNote(due.note);
    recorder.addDraft(due.draft);
    checkpoints.push(due.note.jws);
  };
  const commit = (now: Now): void => {
    if (!recorder.commit(now, memory as GatewayMemory)) throw new Error('not recorded');
    keeper.afterCommit(recorder.recorded());
  };
  for (let count = 1; count <= commits; count += 1) {
    const runningMs = startedMs + count * COMMIT_EVERY_MS;
    const now: Now = { runningMs, utcMs: START_UTC_MS + runningMs, clockLevel: 'synced' };
    for (let second = 0; second < 4; second += 1) decide(recorder, now, second);
    for (const { at, noticeId, status } of NOTICE) {
      if (at !== count || startedMs > 0) continue;
      const { utcMs } = now;
      if (status === 'received')
        recorder.addNote({ kind: 'command', jws: commandOf(noticeId), runningMs, utcMs });
      recorder.addNote({ kind: 'receipt', jws: receiptOf(signer, noticeId, status, now), runningMs, utcMs });
    }
    keep(keeper.takeDue(now));
    commit(now);
  }
  const stoppedMs = startedMs + commits * COMMIT_EVERY_MS + 5_000;
  const stopped: Now = { runningMs: stoppedMs, utcMs: START_UTC_MS + stoppedMs, clockLevel: 'synced' };
  keep(keeper.takeLast(stopped));
  commit(stopped);
  store.close();
  return { folder, signer, checkpoints };
}

function decide(recorder: Recorder, now: Now, second: number): void {
  const input = {
    now: { ...now, runningMs: now.runningMs + second * 1000, utcMs: now.utcMs + second * 1000 },
    site: { siteId: 'site', naïve: 'Zürich “π” \u2028' },
    paces: {},
    memory: {},
    limits: [],
    snapshot: { grid: { 'phasePowerW.L1': { state: 'measured', value: 230.5 + second } } },
  };
  recorder.addDecision(input as unknown as DecisionInput, [], []);
}

function commandOf(noticeId: string): string {
  return issuer.sign({ schema: 'loadgate.restriction-notice/1', noticeId, issuer: '10', reason: 'overload' });
}

function receiptOf(signer: OwnSigner, noticeId: string, status: string, { utcMs, runningMs }: Now): string {
  return signer.sign({
    schema: 'loadgate.receipt/1',
    gatewayId: GATEWAY_ID,
    status,
    noticeId,
    issuer: '10',
    sequence: 1,
    sha256: '0'.repeat(64),
    at: new Date(utcMs).toISOString(),
    runningMs,
    clockLevel: 'synced',
    rehearsal: false,
    adjustments: [],
  });
}

/** A command line that sees the real record, keys and clock, in this folder. */
function contextIn(folder: string): TestContext {
  const composition: Partial<Composition> = {
    openRecord: openStoreReadOnly,
    readOwnKey,
    openVerifier: () => reader,
    createClock: (speed) => createSystemClock({ speed, isSynchronised: async () => true }),
  };
  return testContext(composition, {
    workingDirectory: folder,
    environment: { LOADGATE_STATE_DIRECTORY: folder },
  });
}

export async function run(folder: string, ...args: readonly string[]): Promise<CliRun> {
  return await loadgate(args, contextIn(folder));
}

/** Exports the journal of the folder and returns its lines, without the last line break. */
export async function exportLines(folder: string, ...options: readonly string[]): Promise<string[]> {
  const { exitCode, err } = await run(folder, 'journal', 'export', '--output', 'journal.ndjson', ...options);
  if (exitCode !== 0) throw new Error(err);
  return readFileSync(join(folder, 'journal.ndjson'), 'utf8').trimEnd().split('\n');
}

/** Checks a text as a journal file. */
export async function verifyText(
  folder: string,
  text: string,
  given: { readonly publicKey?: string; readonly checkpoint?: string } = {},
): Promise<Verdict> {
  const path = join(folder, 'tampered.ndjson');
  writeFileSync(path, text);
  return await verifyJournalFile({ lines: readLines(path), reader, ...given });
}

export function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
