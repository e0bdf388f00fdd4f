import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, writeJson } from '../report.ts';
import { describeFlaw } from './flaw.ts';
import { readGivenCheckpoint, readGivenKey } from './givenKey.ts';
import { readLines } from './journalLines.ts';
import { type Verdict, verifyJournalFile } from './verifyJournalFile.ts';

/** Says whether a journal file is whole and whose it is, or names the first record that does not fit. */
export async function verifyJournal(command: Command, context: Context): Promise<number> {
  const { key, checkpoint, json } = command.opts<{ key?: string; checkpoint?: string; json?: boolean }>();
  const path = resolve(context.workingDirectory, command.args[0] ?? '');
  const publicKey = key === undefined ? undefined : readGivenKey(key, context.workingDirectory);
  if (publicKey?.ok === false) return refuse(context, 'wrongUsage', publicKey.detail);
  const given =
    checkpoint === undefined ? undefined : readGivenCheckpoint(checkpoint, context.workingDirectory);
  if (given?.ok === false) return refuse(context, 'wrongUsage', given.detail);
  const { openVerifier } = await context.compose();
  let verdict: Verdict;
  try {
    verdict = await verifyJournalFile({
      lines: readLines(path),
      reader: openVerifier(),
      ...(publicKey === undefined ? {} : { publicKey: publicKey.value }),
      ...(given === undefined ? {} : { checkpoint: given.value }),
    });
  } catch (error) {
    return refuse(context, 'storeUnavailable', unreadable(path, error));
  }
  const isKeyGiven = publicKey !== undefined;
  const isWhole = verdict.flaw === undefined;
  if (json === true) {
    const { head, ...rest } = verdict;
    writeJson(context, { file: path, isWhole, isKeyGiven, ...(head === undefined ? {} : { head }), ...rest });
  } else {
    context.standardOutput.write(`${describe(path, verdict, isKeyGiven).join('\n')}\n`);
  }
  return EXIT_CODES[isWhole ? 'ok' : 'journalNotWhole'].code;
}

/** Sentence about a journal file that cannot be read at all. */
export function unreadable(path: string, error: unknown): string {
  const found = error instanceof Error ? error.message : String(error);
  return `${path}: expected a journal file that can be read, found "${found}"; check the path and the rights.`;
}

function describe(path: string, verdict: Verdict, isKeyGiven: boolean): readonly string[] {
  const { head, flaw, first, last, vouched, given, records, erased } = verdict;
  const name =
    head === undefined ? path : `${path}: journal ${head.journalId} of the gateway ${head.gatewayId}`;
  const span =
    first === undefined || last === undefined
      ? 'no record'
      : `records ${first.record} to ${last.record}, from ${first.at} until ${last.at}`;
  if (flaw !== undefined) {
    return [
      `${name}: NOT WHOLE. The first thing that does not fit is ${describeFlaw(flaw)}`,
      `  before it ${span} fit, one to the other; a checkpoint vouches for ${vouched === undefined ? 'none of them' : `them up to record ${vouched.record}`}`,
    ];
  }
  return [
    `${name}: whole, ${records} records.`,
    `  ${span}`,
    ...(erased === 0
      ? []
      : [
          `  the content of ${erased} of them was erased at the wish of the household, as the gateway has signed; the chain proves that they stood there, not what or when they were`,
        ]),
    ...keySentence(verdict, isKeyGiven),
    vouched === undefined
      ? '  no checkpoint in it vouches for a record: it stands on the seal of the file alone'
      : `  the last checkpoint, of ${vouched.at}, vouches up to record ${vouched.record}; what follows stands on the seal of the file`,
    ...(given === undefined
      ? []
      : [`  the checkpoint given, of ${given.at}, fits: it vouches up to record ${given.record}`]),
    first?.record === 1
      ? '  it begins with the first record of the journal'
      : `  records 1 to ${(first?.record ?? 1) - 1} are not in it`,
    ...(head?.unchained === undefined
      ? []
      : [
          `  the gateway holds ${head.unchained.segments} runs until ${head.unchained.until} from before the chain began; nothing proves them`,
        ]),
  ];
}

function keySentence({ head }: Verdict, isKeyGiven: boolean): readonly string[] {
  if (isKeyGiven) return [`  signed with the key given: ${head?.publicKey}`];
  return [
    `  CHECKED ONLY WITH THE KEY IN THE FILE ITSELF: ${head?.publicKey}`,
    '  This proves that the file is whole, NOT WHOSE IT IS. Give the key of the gateway with --key.',
  ];
}
