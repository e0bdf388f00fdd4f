import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceBlock } from '../../scripts/renderDocs.ts';
import {
  fullName,
  listCommands,
  renderCommands,
  renderExitCodes,
  renderHints,
  renderSettings,
  renderSitePlan,
} from '../../scripts/renderReference.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { SETTING_PATHS } from '../../src/config/settingsTable.ts';

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

describe('the pages about commands and configuration (npm run docs)', () => {
  it.each([
    ['cli.md', 'commands', renderCommands(listCommands())],
    ['exit-codes.md', 'exit codes', renderExitCodes()],
    ['finding-devices.md', 'hints', renderHints()],
    ['configuration.md', 'settings', renderSettings()],
    ['configuration.md', 'site plan', renderSitePlan()],
  ])('docs/%s holds exactly the %s of the program', (name, block, content) => {
    const page = read(`docs/${name}`);
    expect(page).toBe(replaceBlock(page, block, content));
  });

  it('the commands are these, each with an example in its help', () => {
    const commands = listCommands();
    expect(commands.map((command) => fullName(command).replace('loadgate ', ''))).toEqual([
      'run',
      'check',
      'status',
      'why',
      'limits',
      'boost',
      'ready-by',
      'hours',
      'consent show',
      'consent give',
      'consent refuse',
      'consent withdraw',
      'outbox show',
      'energy',
      'data export',
      'data erase',
      'decommission',
      'backup',
      'restore',
      'reset-lockout',
      'join',
      'engineer-pin',
      'sign-plan',
      'keys make',
      'keys show',
      'keys sign-bundle',
      'keys show-bundle',
      'acknowledge',
      'scan',
      'read',
      'devices',
      'bus',
      'network',
      'certificate',
      'replay',
      'whatif',
      'journal export',
      'journal verify',
      'journal show',
      'evidence',
      'desk run',
      'desk user add',
      'desk login',
      'desk logout',
      'desk areas',
      'desk gateways list',
      'desk gateways import',
      'desk forecast',
      'desk draft',
      'desk notices',
      'desk show',
      'desk authorise',
      'desk send',
      'desk discard',
      'desk board',
      'desk cancel',
      'desk reports',
      'desk completeness',
      'desk consent show',
      'desk consent ledger',
      'desk consent give',
      'desk consent refuse',
      'desk consent withdraw',
      'desk consent list',
      'desk consent texts',
      'desk consent campaign',
      'desk trust publish',
      'desk audit',
      'demo',
    ]);
  });

  it('the options that docs/cli.md shows in its examples are real', () => {
    const known = new Map(
      listCommands().map((command) => [command.name(), command.options.map((option) => option.long)]),
    );
    const lines = [...read('docs/cli.md').matchAll(/loadgate -- (\w+)([^#\n]*)/g)];
    expect(lines.length).toBeGreaterThan(3);
    for (const [, name = '', rest = ''] of lines) {
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(known.get(name)).toContain(option);
    }
  });

  it('the example settings name every setting', () => {
    const example = read('config/loadgate.jsonc');
    for (const path of SETTING_PATHS) expect(example).toContain(`"${path.split('.').at(-1)}"`);
  });

  it('every exit code is a number of its own, and the guard uses the same', () => {
    const codes = Object.values(EXIT_CODES).map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(read('src/loadgate.mjs')).toContain(`RUNTIME_TOO_OLD = ${EXIT_CODES.runtimeTooOld.code};`);
  });
});
