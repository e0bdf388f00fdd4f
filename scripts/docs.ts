// Writes the pages that come from tables in the sources. test/docs fails when a page was left behind.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FAIL_SAFE } from '../src/domain/failSafe.ts';
import { FAULTS } from '../src/domain/faults.ts';
import { RECEIPT_STATUSES, REFUSALS } from '../src/domain/restriction.ts';
import { SCHEME_FIGURES } from '../src/domain/schemeFigures.ts';
import { DEFAULT_TIMING } from '../src/domain/timing.ts';
import { loadProfiles } from '../src/profiles/loadProfiles.ts';
import { RULES } from '../test/architecture/rules.ts';
import { renderBrokerWords } from './renderBroker.ts';
import { renderDevicesPage } from './renderDevicesPage.ts';
import { renderFaults, renderImportTable, replaceBlock } from './renderDocs.ts';
import { renderLadder } from './renderLadder.ts';
import {
  renderFailSafe,
  renderReceiptStatuses,
  renderRefusals,
  renderSchemeFigures,
} from './renderLimits.ts';
import {
  listCommands,
  renderCommands,
  renderExitCodes,
  renderHints,
  renderSettings,
  renderSitePlan,
} from './renderReference.ts';

const faultsPage = new URL('../docs/faults.md', import.meta.url);
const architecturePage = new URL('../docs/architecture.md', import.meta.url);

const { profiles } = loadProfiles(fileURLToPath(new URL('../drivers', import.meta.url)));
writeFileSync(new URL('../docs/devices.md', import.meta.url), renderDevicesPage([...profiles.values()]));
writeFileSync(faultsPage, renderFaults(FAULTS));
writeFileSync(
  architecturePage,
  replaceBlock(readFileSync(architecturePage, 'utf8'), 'import table', renderImportTable(RULES)),
);

const blocks = [
  ['broker.md', 'words', renderBrokerWords()],
  ['cli.md', 'commands', renderCommands(listCommands())],
  ['finding-devices.md', 'hints', renderHints()],
  ['exit-codes.md', 'exit codes', renderExitCodes()],
  ['configuration.md', 'settings', renderSettings()],
  ['configuration.md', 'site plan', renderSitePlan()],
  ['limits.md', 'fail-safe table', renderFailSafe(FAIL_SAFE, DEFAULT_TIMING)],
  ['limits.md', 'scheme figures', renderSchemeFigures(SCHEME_FIGURES)],
  ['network.md', 'ladder', renderLadder()],
  ['restrictions.md', 'refusals', renderRefusals(REFUSALS)],
  ['restrictions.md', 'receipt statuses', renderReceiptStatuses(RECEIPT_STATUSES)],
] as const;
for (const [name, block, content] of blocks) {
  const page = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(page, replaceBlock(readFileSync(page, 'utf8'), block, content));
}
