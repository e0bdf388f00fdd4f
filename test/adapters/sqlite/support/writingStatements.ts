import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { PROJECT_ROOT } from '../../../architecture/ownSources.ts';

const FOLDER = join(PROJECT_ROOT, 'src', 'adapters', 'sqlite');

/** Where no running gateway writes, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'schema.ts': 'the steps of the schema have a test of their own',
  'gatherBackup.ts': 'a backup is a file of its own, written by a command',
};

/** A statement as the sources have it; what is put into it stands as `${...}`. */
export interface WritingStatement {
  readonly file: string;
  readonly text: string;
}

/** Every statement in the sources of the record that changes it. */
export function writingStatements(): readonly WritingStatement[] {
  const files = readdirSync(FOLDER).filter((file) => !(file in ELSEWHERE));
  return files.flatMap((file) => {
    const source = readFileSync(join(FOLDER, file), 'utf8');
    const found = source.matchAll(/(['"`])((?:INSERT|UPDATE|DELETE|REPLACE)\b[\s\S]*?)\1/g);
    return [...found].map(([, , text = '']) => ({ file, text: onOneLine(text) }));
  });
}

/** Whether a statement that ran is the one of the sources. */
export function matches(text: string, ran: string): boolean {
  const literal = text.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(ran);
}

/** From here on the set tells which statements of the connection have run. */
export function traceWrites(database: Database.Database, ran: Set<string>): void {
  const { prepare, exec } = database;
  database.prepare = ((text: string) => {
    const statement = prepare.call(database, text);
    const run = statement.run.bind(statement) as (...values: unknown[]) => Database.RunResult;
    statement.run = (...values: unknown[]) => {
      ran.add(onOneLine(text));
      return run(...values);
    };
    return statement;
  }) as typeof database.prepare;
  database.exec = (text: string) => {
    ran.add(onOneLine(text));
    return exec.call(database, text);
  };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
