import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfiguration } from '../../config/readConfiguration.ts';
import { readDirectorySetting } from '../../config/settings.ts';
import type { ConsentEntry } from '../../domain/consent.ts';
import { iso } from '../../domain/instant.ts';
import type { SitePlan } from '../../domain/sitePlan.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { ChainedRecord, OutboxRow, RecordReader } from '../../ports/store.ts';
import { readAccount } from '../../usage/readAccount.ts';
import type { Context } from '../context.ts';
import { energyCsv, sessionEventsCsv, sessionsCsv } from '../energy/csv.ts';
import { energyBodyOf, type RowUnit } from '../energy/energyBody.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes } from '../report.ts';
import { layersOf } from '../settingOptions.ts';
import { ExportFolder } from './exportFolder.ts';
import { exportPage } from './exportPage.ts';
import { minutesCsv, secondsCsv } from './fineRows.ts';

interface Source {
  readonly record: RecordReader;
  readonly reader: SignatureReader;
  readonly madeAtUtcMs: number;
  readonly timeZone: string;
  readonly configuration: { readonly gatewayId?: string; readonly plan?: SitePlan };
}

/** Writes everything that is held about the home into one folder: for people and for computers. */
export async function exportData(command: Command, context: Context): Promise<number> {
  const { output, timeZone } = command.opts<{ output: string; timeZone: string }>();
  const layers = layersOf(command, context);
  const directory = readDirectorySetting('stateDirectory', layers);
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const configuration = readConfiguration(layers);
  const { openRecord, openVerifier, createClock } = await context.compose();
  const opened = openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  const path = resolve(context.workingDirectory, output);
  let folder: ExportFolder | undefined;
  try {
    folder = new ExportFolder(path);
    const count = writeAll(folder, context, {
      record: opened.record,
      reader: openVerifier(),
      madeAtUtcMs: createClock(1).now().utcMs,
      timeZone,
      configuration: configuration.ok
        ? {
            gatewayId: configuration.configuration.settings.gatewayId,
            plan: configuration.configuration.plan,
          }
        : {},
    });
    context.standardOutput.write(`${path}: ${count} files; begin with index.html\n`);
    return EXIT_CODES.ok.code;
  } catch (error) {
    folder?.discard();
    return refuse(context, 'storeUnavailable', error instanceof Error ? error.message : String(error));
  } finally {
    opened.record.close();
  }
}

/** @returns how many files */
function writeAll(folder: ExportFolder, context: Context, source: Source): number {
  const { record, reader, madeAtUtcMs, timeZone, configuration } = source;
  const account = readAccount(record);
  const report = (unit: RowUnit) => energyBodyOf(account, { unit, timeZone });
  const months = report('month');
  const json = (name: string, what: string, value: unknown): void =>
    folder.add(name, what, [`${JSON.stringify(value, null, 2)}\n`]);
  const memory = memoryOf(record.restored?.memory);
  const commands = notesOf(record, reader, 'command');
  const receipts = notesOf(record, reader, 'receipt');
  const checkpoint = notesOf(record, reader, 'checkpoint').at(-1)?.payload;
  const gatewayId = configuration.gatewayId ?? gatewayIdOf(checkpoint);
  const waiting = [...record.outbox()].map(waitingBody);
  const notIncluded = [
    'The decisions of the last days with every reading, which prove what the gateway did: loadgate journal export writes them to a file.',
    ...(configuration.plan === undefined
      ? ['The site plan: name the settings of the gateway with --config to include it.']
      : []),
  ];

  json('energy.json', 'energy by month, all charging sessions, and all gaps', months);
  folder.add('energy-by-month.csv', 'energy by month', [energyCsv(months)]);
  folder.add('energy-by-day.csv', 'energy by day', [energyCsv(report('day'))]);
  folder.add('energy-by-half-hour.csv', 'energy by half-hour, 13 months', [energyCsv(report('halfHour'))]);
  folder.add(
    'minutes.csv',
    'each minute: power and energy, as far back as there is room for',
    minutesCsv(record),
  );
  folder.add('seconds.csv', 'power in each second of the last hours', secondsCsv(record));
  folder.add('sessions.csv', 'each use of the charge point', [sessionsCsv(months.sessions)]);
  folder.add('session-events.csv', 'each start, stop, increase and decrease of charging', [
    sessionEventsCsv(months.sessions),
  ]);
  json('consent.json', 'what you agreed to, and when', memory.consent);
  json('commands.json', 'commands to this home that are still in the journal', commands);
  json('receipts.json', 'what the gateway has answered and signed', receipts);
  json('outbox.json', 'what waits to leave the house, as it will be sent', waiting);
  json('settings.json', 'what you have chosen', memory.owner);
  if (configuration.plan !== undefined) {
    // The hash of the engineer's PIN says nothing about the home, and opens something.
    const { engineerPinHash: _, ...plan } = configuration.plan;
    json('site-plan.json', 'what stands in the house and what it can bear', plan);
  }
  folder.add('index.html', 'this export for people', [
    exportPage({
      gatewayId,
      madeAt: iso(madeAtUtcMs),
      months,
      consent: memory.consent,
      commands,
      receipts,
      outbox: countByStream(waiting),
      settings: memory.owner,
      notIncluded,
      files: folder.files(),
    }),
  ]);
  folder.finish({
    schema: 'loadgate.data-export/1',
    ...(gatewayId === undefined ? {} : { gatewayId }),
    madeAt: iso(madeAtUtcMs),
    software: `loadgate ${context.version}`,
    timeZone,
    notIncluded,
  });
  return folder.files().length + 1;
}

/** What an older or an empty memory does not have is not there. */
function memoryOf(memory: unknown) {
  const { consent = [], owner = {} } = (memory ?? {}) as {
    readonly consent?: readonly ConsentEntry[];
    readonly owner?: unknown;
  };
  return { owner, consent: consent.map(({ atUtcMs, ...entry }) => ({ at: iso(atUtcMs), ...entry })) };
}

function notesOf(record: RecordReader, reader: SignatureReader, wanted: ChainedRecord['kind']) {
  return [...record.notes()]
    .filter(({ kind }) => kind === wanted)
    .map(({ record: number, fromUtcMs, content }) => ({
      record: number,
      at: iso(fromUtcMs),
      payload: parse(reader.takeApart(content)?.payload ?? ''),
      jws: content,
    }));
}

function waitingBody({ stream, sequence, recordedAtUtcMs, body }: OutboxRow) {
  return { stream, sequence, recordedAt: iso(recordedAtUtcMs), body: parse(body) };
}

function countByStream(waiting: readonly { readonly stream: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { stream } of waiting) counts[stream] = (counts[stream] ?? 0) + 1;
  return counts;
}

function gatewayIdOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('gatewayId' in payload)) return undefined;
  return typeof payload.gatewayId === 'string' ? payload.gatewayId : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
