import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { inspectDatabase } from '../../../src/adapters/sqlite/inspection.ts';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import type { StreamName } from '../../../src/ports/store.ts';
import type { BackOffice } from './backOffice.ts';
import type { HomeUnderTest } from './homeUnderTest.ts';

const STREAMS: readonly StreamName[] = ['events', 'status', 'telemetry'];

/** Of a gateway that has ended: the last sequence that each stream was given, and how many messages still wait. */
export function readHandedOut(stateDirectory: string): {
  readonly sequences: Readonly<Record<StreamName, number>>;
  readonly waiting: number;
} {
  const finding = inspectDatabase(databasePath(stateDirectory));
  const opened = openStoreReadOnly(stateDirectory);
  if (finding.kind !== 'sound' || finding.state === undefined || !opened.ok) {
    throw new Error(`${stateDirectory}: no sound record: ${JSON.stringify(finding)}`);
  }
  const waiting = opened.record.pendingCount();
  opened.record.close();
  return { sequences: finding.state.sequences, waiting };
}

/** What is missing at the back office of what a gateway that has ended was to send; empty when nothing is. */
export function findMissing(home: HomeUnderTest, backOffice: BackOffice): readonly string[] {
  const { sequences, waiting } = readHandedOut(home.stateDirectory);
  const missing = STREAMS.flatMap((stream) => {
    const seen = new Set(backOffice.sequences(home.name, stream));
    const wanted = Array.from({ length: sequences[stream] }, (_, index) => index + 1);
    const holes = wanted.filter((sequence) => !seen.has(sequence));
    const beyond = [...seen].filter((sequence) => sequence > sequences[stream]);
    return [
      ...holes.map((sequence) => `${home.name}/${stream} ${sequence} of ${sequences[stream]} never came`),
      ...beyond.map(
        (sequence) => `${home.name}/${stream} ${sequence} came, but the store gave out no such number`,
      ),
    ];
  });
  return waiting === 0 ? missing : [...missing, `${home.name}: ${waiting} messages still wait in the outbox`];
}
