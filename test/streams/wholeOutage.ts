import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoreReadOnly } from '../../src/adapters/sqlite/openStoreReadOnly.ts';
import type { Store } from '../../src/ports/store.ts';
import { BackOffice } from '../support/backOffice.ts';
import { SteppedHome } from '../support/steppedHome.ts';
import { type OutageEnd, seeded } from './outage.ts';
import { ReceivingDesk } from './receivingDesk.ts';
import { keyOf, sha256, type Written } from './sampledGateway.ts';

export interface WholeOutageStory {
  /** From the evening on which it begins until half an hour before midnight UTC, so many days later. */
  readonly days: number;
  readonly powerCuts: number;
  /** Also while the backlog goes up. */
  readonly powerCutsInCatchUp: number;
}

export interface WholeOutageEnd extends OutageEnd {
  /** Signed texts in the journal that never came to the receiver. */
  readonly untoldNotes: readonly string[];
  readonly notes: number;
  readonly decisionEvents: number;
  /** Events that decisions in the journal brought with them, less those that were recorded to be sent. */
  readonly untoldEvents: number;
}

const MINUTE_MS = 60_000;
const START_AT_MS = Date.parse('2006-12-23T17:26:00+01:00');
const FIRST_EVENING_MS = Date.parse('2006-12-23T23:30:00Z') - START_AT_MS;
/** Events that no decision brings with it. */
const OF_NO_DECISION = /"kind":"(gatewayStarted|gatewayStopped|consentChanged|trustChanged|controlRefused)"/;

/**
 * The whole home on its stepped clock, its devices polled and decided for every second, without a broker for days; the power is cut
 * at seeded moments, before, while and after the backlog goes up. Then the desk asks for what the broker has lost.
 */
export async function tellWholeOutage(story: WholeOutageStory): Promise<WholeOutageEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-outage-'));
  const random = seeded(20061223);
  const office = new BackOffice();
  office.isThere = false;
  const written: Written = new Map();
  let events = 0;
  let flushedBytes = 0;
  const watch = (store: Store): Store => {
    const log = join(stepped.stateDirectory(), 'loadgate.sqlite-wal');
    return watched(store, (stream, sequence, text) => {
      const key = keyOf({ outboxId: store.outboxId, stream, sequence });
      if (written.has(key)) throw new Error(`the sequence ${key} was given twice`);
      written.set(key, sha256(text));
      if (stream === 'events' && !OF_NO_DECISION.test(text)) events += 1;
      flushedBytes = existsSync(log) ? statSync(log).size : 0;
    });
  };
  const stepped = new SteppedHome({
    startAtMs: START_AT_MS,
    backOffice: office,
    wrapStore: watch,
    keepJournalDays: 60,
  });
  const { clock } = stepped;
  const desk = new ReceivingDesk(join(directory, 'desk'), clock);
  office.onReceived = (message) => desk.take(message);
  const cutPower = async (mostMs: number): Promise<void> => {
    stepped.kill({ keepsLogBytes: flushedBytes });
    await clock.advance(500 + Math.floor(random() * mostMs));
    stepped.start();
  };
  const askFor = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await clock.advance(MINUTE_MS);
      for (const request of desk.takeRequests()) await stepped.command('rangeRequest', request);
    }
  };
  try {
    const lengthMs = FIRST_EVENING_MS + (story.days - 1) * 86_400_000;
    const cuts = Array.from({ length: story.powerCuts }, () => random() * lengthMs).sort((a, b) => a - b);
    stepped.start();
    for (const atMs of cuts) {
      await clock.advance(Math.max(0, atMs - clock.runningMs()));
      await cutPower(10 * MINUTE_MS);
    }
    await clock.advance(lengthMs - clock.runningMs());
    const atWorst = stepped.store.streams.holdings();
    office.losesEvery = 97;
    office.losesMessageEvery = 1_009;
    const fromMs = clock.runningMs();
    office.setThere(true);
    for (let cut = 0; cut < story.powerCutsInCatchUp; cut += 1) {
      await clock.advance(2_000 + random() * 20_000);
      await cutPower(5_000);
    }
    while (stepped.store.pendingCount() > 3) await clock.advance(10_000);
    const simulatedS = (clock.runningMs() - fromMs) / 1_000;
    const catchUp = { messages: office.published(), bytes: desk.bytes, simulatedS };
    // Over midnight, when the manifests come, and until all that was asked for is there.
    await askFor(60);
    office.losesMessageEvery = 0;
    await askFor(60);
    office.losesEvery = 0;
    await askFor(15);
    await stepped.stop();
    const reports = desk.report();
    const journal = readJournal(stepped.stateDirectory());
    const { taken, losses, repeatedDeliveries, requests } = desk;
    return {
      written,
      taken,
      losses,
      reports,
      repeatedDeliveries,
      requests,
      atWorst,
      catchUp,
      notes: journal.notes.length,
      untoldNotes: journal.notes.filter((jws) => !desk.signed.has(jws)),
      decisionEvents: journal.events,
      untoldEvents: journal.events - events,
    };
  } finally {
    desk.close();
    stepped.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Tells of each row that a commit has given a number. */
function watched(store: Store, onRow: (stream: string, sequence: number, text: string) => void): Store {
  const commit: Store['commit'] = (batch) => {
    const result = store.commit(batch);
    if (!result.ok) return result;
    for (const [place, { stream, body }] of batch.outbox.entries()) {
      onRow(stream, result.sequences[place] ?? 0, JSON.stringify(body));
    }
    return result;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'commit') return commit;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Every signed note of the journal but commands, and how many events its decisions had. */
function readJournal(stateDirectory: string): { readonly notes: readonly string[]; readonly events: number } {
  const opened = openStoreReadOnly(stateDirectory);
  if (!opened.ok) throw new Error(opened.detail);
  const notes = [...opened.record.notes()].filter(({ kind }) => kind !== 'command');
  let events = 0;
  for (const { entries } of opened.record.segments()) {
    for (const entry of entries as readonly { readonly events?: readonly unknown[] }[]) {
      events += entry.events?.length ?? 0;
    }
  }
  opened.record.close();
  return { notes: notes.map(({ content }) => content), events };
}
