import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderDevicesPage } from '../../scripts/renderDevicesPage.ts';
import { renderFaults, renderImportTable, replaceBlock } from '../../scripts/renderDocs.ts';
import { FAULTS } from '../../src/domain/faults.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { PROJECT_ROOT, readOwn } from '../architecture/ownSources.ts';
import { RULES } from '../architecture/rules.ts';

describe('the pages that come from tables (npm run docs)', () => {
  it('docs/faults.md lists exactly the faults of the domain', () => {
    expect(readOwn('docs/faults.md')).toBe(renderFaults(FAULTS));
  });

  it('each fault has its own heading, what the gateway does and what to do next', () => {
    const page = readOwn('docs/faults.md');
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, code]) => code)).toEqual(Object.keys(FAULTS));
    expect([...page.matchAll(/^- What the gateway does: .+\.$/gm)]).toHaveLength(Object.keys(FAULTS).length);
    expect([...page.matchAll(/^- What to do next: .+\.$/gm)]).toHaveLength(Object.keys(FAULTS).length);
  });

  it('docs/devices.md has every device of drivers/, and what it does when the gateway dies', () => {
    const { profiles } = loadProfiles(join(PROJECT_ROOT, 'drivers'));
    const page = readOwn('docs/devices.md');
    expect(page).toBe(renderDevicesPage([...profiles.values()]));
    const sections = [...page.matchAll(/^### (.+)$/gm)].map(([, id]) => id);
    expect(sections.toSorted()).toEqual([...profiles.keys()].toSorted());
    for (const [id, { data }] of profiles) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${id}\` |`));
      const isCommanded = Object.keys(data.commands).length > 0;
      expect(row?.includes('NOT SAFE')).toBe(isCommanded && !data.watchdog.isSafe);
    }
  });

  it('docs/architecture.md holds the table of the import rules', () => {
    const page = readOwn('docs/architecture.md');
    expect(page).toBe(replaceBlock(page, 'import table', renderImportTable(RULES)));
  });

  it('says what is missing when the place of a table has gone', () => {
    expect(() => replaceBlock('# Page', 'import table', '')).toThrow(
      'expected the lines "<!-- begin import table -->" and "<!-- end import table -->" in the page, found none; put them back',
    );
  });
});
