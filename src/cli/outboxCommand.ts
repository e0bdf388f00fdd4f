import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import { consentEntrySchema, tombstoneSchema } from '../contract/consent.ts';
import { purposesIn } from '../contract/firewall.ts';
import { type FieldPurpose, PURPOSE_KEY } from '../contract/purpose.ts';
import { checkpointSchema, receiptSchema } from '../contract/receipt.ts';
import type { SignatureReader } from '../ports/signature.ts';
import type { OutboxRow } from '../ports/store.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { type Registrar, withJson } from './registrar.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { addSettingOptions, layersOf } from './settingOptions.ts';

interface WaitingMessage {
  readonly stream: string;
  readonly sequence: number;
  readonly recordedAt: string;
  /** For what it goes up. */
  readonly purposes: readonly FieldPurpose[];
  /** What a signed message says stands here in plain words of its payload. */
  readonly body: unknown;
}

/** Shows exactly what waits to leave the house. */
async function showOutbox(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('stateDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const { openRecord, openVerifier } = await context.compose();
  const opened = openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  try {
    const reader = openVerifier();
    const waiting = [...opened.record.outbox()].map((row) => describe(row, reader));
    if (command.opts<{ json?: boolean }>().json === true) writeJson(context, waiting);
    else context.standardOutput.write(`${renderOutbox(waiting).join('\n')}\n`);
    return EXIT_CODES.ok.code;
  } catch (error) {
    return refuse(context, 'storeUnavailable', error instanceof Error ? error.message : String(error));
  } finally {
    opened.record.close();
  }
}

function describe(row: OutboxRow, reader: SignatureReader): WaitingMessage {
  const { stream, sequence, recordedAtUtcMs } = row;
  const stored: unknown = JSON.parse(row.body);
  const head = { stream, sequence, recordedAt: new Date(recordedAtUtcMs).toISOString() };
  if (stream === 'receipts') {
    const jws = (stored as { readonly jws?: string }).jws ?? '';
    const payload: unknown = JSON.parse(reader.takeApart(jws)?.payload ?? 'null');
    return { ...head, purposes: [signedPurposeOf(payload)], body: payload };
  }
  return { ...head, purposes: purposesIn(stream, stored as object), body: stored };
}

const SIGNED = [receiptSchema, checkpointSchema, consentEntrySchema, tombstoneSchema];

function signedPurposeOf(payload: unknown): FieldPurpose {
  const schema = SIGNED.find((one) => one.safeParse(payload).success);
  return (schema?.meta()?.[PURPOSE_KEY] as FieldPurpose | undefined) ?? 'operation';
}

export function renderOutbox(waiting: readonly WaitingMessage[]): readonly string[] {
  if (waiting.length === 0) return ['Nothing waits to leave the house.'];
  const streams = [...new Set(waiting.map(({ stream }) => stream))];
  return streams.flatMap((stream) => {
    const of = waiting.filter((one) => one.stream === stream);
    return [
      `${stream}: ${of.length} ${of.length === 1 ? 'message waits' : 'messages wait'}`,
      ...of.flatMap(({ sequence, recordedAt, purposes, body }) => [
        `  ${sequence}  ${recordedAt}  for ${purposes.join(', ')}`,
        `    ${JSON.stringify(body)}`,
      ]),
    ];
  });
}

/** `loadgate outbox show` */
export function addOutboxCommands(registrar: Registrar): void {
  const outbox = registrar.group('outbox', 'Look at what waits to leave the house.');
  const shows = outbox.add(
    'show',
    'Show exactly what waits to leave the house, and for what; changes nothing, also beside a running gateway.',
    showOutbox,
    ['loadgate outbox show', 'loadgate outbox show --json'],
  );
  addSettingOptions(withJson(shows, 'the messages'), ['stateDirectory']);
}
