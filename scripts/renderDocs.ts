import type { FaultEntry } from '../src/domain/faults.ts';
import type { RoomRule } from '../test/architecture/rules.ts';

/** The page of all faults, in the order of the table of src/domain/faults.ts. */
export function renderFaults(faults: Readonly<Record<string, FaultEntry>>): string {
  const sections = Object.entries(faults).map(
    ([code, { title, effect, nextStep }]) =>
      `## ${code}\n\n${title}.\n\n- What the gateway does: ${sentence(effect)}\n- What to do next: ${sentence(nextStep)}\n`,
  );
  return `# Faults\n
Each fault that Loadgate can name, as \`loadgate status\` shows it: the code, what the gateway does about it by
itself, and what a person does next. A fault never widens a limit.

This page is written by \`npm run docs\` from \`src/domain/faults.ts\`.\n
${sections.join('\n')}`;
}

/** Who may import whom, as a table in Markdown. */
export function renderImportTable(rules: readonly RoomRule[]): string {
  const rows = rules.map((rule) => [
    `\`${rule.room}\``,
    imports(rule),
    outside(rule),
    list(rule.neverReaches) + exception(rule),
    rule.why,
  ]);
  const head = ['room', 'may import', 'from outside', 'never reaches, not even through others', 'why'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Replaces what stands between `<!-- begin name -->` and `<!-- end name -->`. */
export function replaceBlock(page: string, name: string, content: string): string {
  const begin = `<!-- begin ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const from = page.indexOf(begin);
  const until = page.indexOf(end);
  if (from < 0 || until < from) {
    throw new Error(`expected the lines "${begin}" and "${end}" in the page, found none; put them back`);
  }
  return `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(until)}`;
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ') || 'nothing';
}

function imports({ mayImport, typesOnlyFrom = [] }: RoomRule): string {
  return (
    mayImport.map((room) => `\`${room}\`${typesOnlyFrom.includes(room) ? ' (types only)' : ''}`).join(', ') ||
    'only itself'
  );
}

function outside({ node, packages }: RoomRule): string {
  const named = packages === 'any' ? ['any package'] : packages === 'none' ? [] : [list(packages)];
  return [...(node ? ['`node:`'] : []), ...named].join(', ') || 'nothing';
}

function exception({ exceptThrough }: RoomRule): string {
  return exceptThrough === undefined ? '' : `; except through ${list(exceptThrough)}`;
}
