import { describe, expect, it } from 'vitest';
import { renderFaults, renderImportTable, replaceBlock } from '../../scripts/renderDocs.ts';
import { FAULTS } from '../../src/domain/faults.ts';
import { readOwn } from '../architecture/ownSources.ts';
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
