// Writes the pages that come from tables in the sources. test/docs fails when a page was left behind.
import { readFileSync, writeFileSync } from 'node:fs';
import { FAULTS } from '../src/domain/faults.ts';
import { RULES } from '../test/architecture/rules.ts';
import { renderFaults, renderImportTable, replaceBlock } from './renderDocs.ts';
import {
  listCommands,
  renderCommands,
  renderExitCodes,
  renderSettings,
  renderSitePlan,
} from './renderReference.ts';

const faultsPage = new URL('../docs/faults.md', import.meta.url);
const architecturePage = new URL('../docs/architecture.md', import.meta.url);

writeFileSync(faultsPage, renderFaults(FAULTS));
writeFileSync(
  architecturePage,
  replaceBlock(readFileSync(architecturePage, 'utf8'), 'import table', renderImportTable(RULES)),
);

const blocks = [
  ['cli.md', 'commands', renderCommands(listCommands())],
  ['exit-codes.md', 'exit codes', renderExitCodes()],
  ['configuration.md', 'settings', renderSettings()],
  ['configuration.md', 'site plan', renderSitePlan()],
] as const;
for (const [name, block, content] of blocks) {
  const page = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(page, replaceBlock(readFileSync(page, 'utf8'), block, content));
}
