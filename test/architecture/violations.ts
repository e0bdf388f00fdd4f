import type { Edge, ImportGraph } from './importGraph.ts';
import type { RoomRule } from './rules.ts';

/** Everything that breaks the table, each as one line with the chain that leads to it. */
export function findViolations(graph: ImportGraph, rules: readonly RoomRule[]): readonly string[] {
  const found: string[] = [];
  for (const [file, edges] of graph) {
    const rule = roomOf(file, rules);
    if (rule === undefined) {
      found.push(`${file}: lies in no room; give it one in test/architecture/rules.ts or move it`);
      continue;
    }
    for (const edge of edges) {
      const refusal = refusalOf(edge, rule, rules);
      if (refusal !== undefined) found.push(`${file}:${edge.line} -> ${edge.target}: ${refusal}`);
    }
    found.push(...forbiddenChains(graph, file, { rule, rules }));
  }
  return found;
}

/** Each cycle of imports once, as the chain that comes back to its first file. Types count as well. */
export function findCycles(graph: ImportGraph): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();

  function visit(file: string, path: readonly string[]): void {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const edge of graph.get(file) ?? []) visit(edge.target, [...path, file]);
    done.add(file);
  }

  for (const file of graph.keys()) visit(file, []);
  return found;
}

function roomOf(file: string, rules: readonly RoomRule[]): RoomRule | undefined {
  return rules
    .filter(({ room }) => isInside(file, room))
    .sort((one, other) => other.room.length - one.room.length)[0];
}

function refusalOf(edge: Edge, rule: RoomRule, rules: readonly RoomRule[]): string | undefined {
  const { target } = edge;
  if (edge.kind === 'computed') {
    return rule.computedImports === true
      ? undefined
      : `${rule.room} imports by a computed name; write the specifier out`;
  }
  if (target.startsWith('missing:')) return 'there is no such file';
  if (target.startsWith('node:')) return rule.node ? undefined : `${rule.room} imports nothing of Node`;
  if (target.startsWith('npm:')) {
    const isAllowed =
      rule.packages === 'any' || (rule.packages !== 'none' && rule.packages.includes(target.slice(4)));
    return isAllowed ? undefined : `${rule.room} imports ${outsideInWords(rule)}`;
  }
  if (roomOf(target, rules)?.room === rule.room) return undefined;
  if (!rule.mayImport.some((room) => isInside(target, room))) {
    const allowed = rule.mayImport.length === 0 ? 'only itself' : `only ${rule.mayImport.join(', ')}`;
    return `${rule.room} imports ${allowed}`;
  }
  const isTypesOnly = rule.typesOnlyFrom?.some((room) => isInside(target, room)) ?? false;
  return isTypesOnly && edge.kind !== 'types' ? `${rule.room} imports only types of it` : undefined;
}

function outsideInWords({ packages }: RoomRule): string {
  return packages === 'none' || packages === 'any'
    ? 'no packages'
    : `only the packages ${packages.join(', ')}`;
}

/** Breadth first, so that each chain is a shortest one. Chains of one step are refusalOf's when it sees them. */
function forbiddenChains(
  graph: ImportGraph,
  start: string,
  { rule, rules }: { rule: RoomRule; rules: readonly RoomRule[] },
): readonly string[] {
  const found: string[] = [];
  const seen = new Set([start]);
  const queue: (readonly string[])[] = [[start]];
  for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
    const last = chain.at(-1) ?? start;
    if (rule.exceptThrough?.includes(roomOf(last, rules)?.room ?? '') === true) continue;
    for (const edge of graph.get(last) ?? []) {
      if (seen.has(edge.target)) continue;
      seen.add(edge.target);
      const longer = [...chain, edge.target];
      const forbidden = rule.neverReaches.find((room) => isInside(edge.target, room));
      if (forbidden === undefined) queue.push(longer);
      else if (longer.length > 2 || refusalOf(edge, rule, rules) === undefined) {
        found.push(
          `${longer.join(' -> ')}: ${rule.room} must not reach ${forbidden}, not even through others`,
        );
      }
    }
  }
  return found;
}

function isInside(target: string, room: string): boolean {
  return room.endsWith(':') ? target.startsWith(room) : target === room || target.startsWith(`${room}/`);
}
