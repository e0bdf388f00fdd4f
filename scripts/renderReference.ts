import type { Argument, Command } from 'commander';
import { z } from 'zod';
import { EXIT_CODES } from '../src/cli/exitCodes.ts';
import { createProgram } from '../src/cli/program.ts';
import { argumentOf, environmentVariableOf, SETTING_PATHS, settingRow } from '../src/config/settingsTable.ts';
import { sitePlanSchema } from '../src/config/sitePlanSchema.ts';
import { HINT_ROWS } from '../src/gateway/busHints.ts';

const silent = { write: () => undefined, isTerminal: false, columns: 100 };

/** The commands as the program has them; nothing is run. */
export function listCommands(): readonly Command[] {
  const context = {
    standardOutput: silent,
    errorOutput: silent,
    environment: {},
    workingDirectory: '.',
    version: '0',
    onStopSignal: () => () => undefined,
    compose: () => Promise.reject(new Error('the pages need no gateway')),
  };
  return leavesOf(createProgram(context, () => async () => undefined));
}

/** Commands that do something; a group only holds others. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** loadgate consent give */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** For docs/cli.md: each command with its options. The options of settings are left to their own page. */
export function renderCommands(commands: readonly Command[]): string {
  const isSetting = (name: string): boolean => SETTING_PATHS.some((path) => argumentOf(path) === name);
  const parts = commands.map((command) => {
    const own = command.options.filter((option) => !isSetting(option.name()));
    const settings = command.options.filter((option) => isSetting(option.name()));
    const rows = own.map((option) => {
      const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
      const fallback = option.defaultValue === undefined ? '' : `; default ${option.defaultValue}`;
      return `| \`${option.flags}\` | ${option.description}${choices}${fallback} |`;
    });
    const named = settings.map((option) => `\`--${option.name()}\``).join(', ');
    const all = 'Every setting is an option as well: see [configuration.md](configuration.md#settings).';
    const some = `And of the [settings](configuration.md#settings): ${named}.`;
    const more = settings.length === SETTING_PATHS.length ? [all] : settings.length === 0 ? [] : [some];
    return [
      `### ${[fullName(command), ...command.registeredArguments.map(argumentText)].join(' ')}`,
      command.description(),
      ['| option | meaning |', '| --- | --- |', ...rows].join('\n'),
      ...more,
    ].join('\n\n');
  });
  return parts.join('\n\n');
}

/** <device> when it must be given, [point] when it may be left out. */
function argumentText(argument: Argument): string {
  return argument.required ? `\\<${argument.name()}>` : `\\[${argument.name()}]`;
}

/** For docs/finding-devices.md: what the bus doctor can say. */
export function renderHints(): string {
  const rows = HINT_ROWS.map(({ code, sentence, nextStep }) => `| \`${code}\` | ${sentence} | ${nextStep} |`);
  return ['| hint | what is seen | what to do next |', '| --- | --- | --- |', ...rows].join('\n');
}

export function renderExitCodes(): string {
  const rows = Object.entries(EXIT_CODES).map(
    ([name, { code, meaning, nextStep }]) => `| ${code} | \`${name}\` | ${meaning} | ${nextStep} |`,
  );
  return ['| code | name | meaning | what to do next |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

export function renderSettings(): string {
  const rows = SETTING_PATHS.map((path) => {
    const row = settingRow(path);
    const unset = row.default === undefined ? 'must be set' : 'unset';
    const fallback = row.default === undefined || row.default === null ? unset : `\`${row.default}\``;
    const names = `\`${environmentVariableOf(path)}\` \`--${argumentOf(path)}\``;
    return `| \`${path}\` | ${fallback} | ${row.kind.expected} | ${row.doc} | ${names} |`;
  });
  return [
    '| setting | default | expects | meaning | environment, argument |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
}

/** Every key of a site plan by its place, `[]` for the entries of a list. */
export function renderSitePlan(): string {
  const schema = z.toJSONSchema(sitePlanSchema, { io: 'input' }) as SchemaNode;
  const rows = listKeys(schema, '', '');
  return ['| key | must be there | meaning |', '| --- | --- | --- |', ...new Set(rows)].join('\n');
}

function listKeys(node: SchemaNode, place: string, only: string): readonly string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    if (key === 'kind') return [];
    const path = place === '' ? key : `${place}.${key}`;
    const list = child.items === undefined ? path : `${path}[]`;
    const entry = child.items ?? child;
    const isNeeded = node.required?.includes(key) === true;
    const values =
      child.enum === undefined ? '' : ` (${child.enum.map((value) => JSON.stringify(value)).join(', ')})`;
    const row = `| \`${list}\` | ${isNeeded ? 'yes' : 'no'}${only} | ${child.description ?? ''}${values} |`;
    const options = entry.oneOf ?? [];
    const below =
      options.length === 0
        ? listKeys(entry, list, '')
        : options.flatMap((option) =>
            listKeys(option, list, ` (\`kind\` "${option.properties?.kind?.const}")`),
          );
    return [row, ...below];
  });
}
