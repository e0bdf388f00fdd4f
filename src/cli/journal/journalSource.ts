import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readDirectorySetting, readIdentityKeyFile } from '../../config/settings.ts';
import type { JournalFileHead } from '../../contract/journalFile.ts';
import { checkpointSchema } from '../../contract/receipt.ts';
import { iso } from '../../domain/instant.ts';
import type { OwnSigner, SignatureReader } from '../../ports/signature.ts';
import type { ChainedRecord, RecordReader } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes } from '../report.ts';
import { layersOf } from '../settingOptions.ts';
import { HOW_TO_VERIFY } from './howToVerify.ts';
import { readOwn } from './signedNotes.ts';
import { writeJournalFile } from './writeJournalFile.ts';

export interface Interval {
  readonly fromUtcMs?: number;
  readonly untilUtcMs?: number;
}

/** The record of a state directory with all that a file of it needs. */
export interface JournalSource {
  readonly record: RecordReader;
  readonly reader: SignatureReader;
  readonly signer: OwnSigner;
  readonly gatewayId: string;
  readonly madeAtUtcMs: number;
}

/** Opens the record of the state directory, also beside its running gateway, and closes it again. */
export async function withJournalSource(
  command: Command,
  context: Context,
  use: (source: JournalSource) => number,
): Promise<number> {
  const layers = layersOf(command, context);
  const directory = readDirectorySetting('stateDirectory', layers);
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const keyFile = readIdentityKeyFile(layers);
  if (!keyFile.ok) return refuseMistakes(context, keyFile.mistakes);
  const { openRecord, readOwnKey, openVerifier, createClock } = await context.compose();
  const opened = openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  const { record } = opened;
  try {
    const key = readOwnKey(keyFile.value);
    if (!key.ok) return refuse(context, 'storeUnavailable', key.detail);
    const { signer } = key;
    const reader = openVerifier();
    const gatewayId = await findGatewayId(record, { reader, publicKey: signer.publicKey });
    if (gatewayId === undefined) {
      const sentence =
        `${directory.value}: expected a checkpoint by the key ${keyFile.value} in the journal, found none; ` +
        'a gateway of this version makes one with its first records: start it, or name the right key.';
      return refuse(context, 'nothingFound', sentence);
    }
    return use({ record, reader, signer, gatewayId, madeAtUtcMs: createClock(1).now().utcMs });
  } catch (error) {
    return refuse(context, 'storeUnavailable', error instanceof Error ? error.message : String(error));
  } finally {
    record.close();
  }
}

/** The last own checkpoint says whose journal it is: the record itself goes by no name. */
async function findGatewayId(
  record: RecordReader,
  signedBy: { readonly reader: SignatureReader; readonly publicKey: string },
): Promise<string | undefined> {
  const checkpoints = [...record.notes()].filter(({ kind }) => kind === 'checkpoint');
  for (const { content } of checkpoints.toReversed()) {
    const checkpoint = await readOwn(content, checkpointSchema, 'checkpoint', signedBy);
    if ('schema' in checkpoint) return checkpoint.gatewayId;
  }
  return undefined;
}

interface FileRequest {
  readonly output: string;
  readonly interval: Interval;
  /** Goes on to this record behind the interval. */
  readonly throughRecord?: number;
  readonly evidence?: JournalFileHead['evidence'];
}

/** Writes the records of an interval to a journal file and says what is in it. */
export function handOut(source: JournalSource, request: FileRequest, context: Context): number {
  const { record, signer, gatewayId, madeAtUtcMs } = source;
  const { interval, evidence, throughRecord } = request;
  const { unchained, journalId } = record;
  const { fromUtcMs, untilUtcMs } = interval;
  const path = resolve(context.workingDirectory, request.output);
  const notesOf = (wanted: ChainedRecord['kind']): string[] =>
    [...record.notes()].filter(({ kind }) => kind === wanted).map(({ content }) => content);
  const [erasures, restorations] = [notesOf('erasure'), notesOf('restoration')];
  const headOf = (first: ChainedRecord): JournalFileHead => ({
    schema: 'loadgate.journal-file/1',
    gatewayId,
    journalId,
    publicKey: signer.publicKey,
    keyId: signer.keyId,
    madeAt: iso(madeAtUtcMs),
    software: `loadgate ${context.version}`,
    interval: {
      ...(fromUtcMs === undefined ? {} : { from: iso(fromUtcMs) }),
      ...(untilUtcMs === undefined ? {} : { until: iso(untilUtcMs) }),
    },
    firstRecord: first.record,
    ...(unchained === undefined
      ? {}
      : { unchained: { segments: unchained.segments, until: iso(unchained.untilUtcMs) } }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(erasures.length === 0 ? {} : { erasures }),
    ...(restorations.length === 0 ? {} : { restorations }),
    howToVerify: [...HOW_TO_VERIFY],
  });
  const records = record.records({
    ...interval,
    ...(throughRecord === undefined ? {} : { throughRecord }),
  });
  const written = writeJournalFile({ path, headOf, records, signer });
  if (written === undefined) {
    const sentence =
      'the journal holds no record of that time, so no file was written; choose another interval.';
    return refuse(context, 'nothingFound', sentence);
  }
  const { first, last } = written;
  context.standardOutput.write(
    `${path}: ${written.records} records of ${gatewayId}, ${first.record} to ${last.record}, ` +
      `from ${iso(first.fromUtcMs)} until ${iso(last.untilUtcMs)}\n` +
      `  sealed with the key ${signer.publicKey}; check it with: loadgate journal verify ${request.output} --key ${signer.publicKey}\n`,
  );
  for (const gap of written.missing) {
    context.errorOutput.write(
      `loadgate: warning: the journal does not hold the records ${gap} any more; the file cannot be proven from there on\n`,
    );
  }
  return EXIT_CODES.ok.code;
}
