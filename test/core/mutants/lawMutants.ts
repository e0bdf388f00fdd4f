import type { Break } from './brokenCore.ts';

export type LawName =
  | 'law 1'
  | 'law 2'
  | 'law 3'
  | 'law 3, export'
  | 'law 4'
  | 'law 5'
  | 'law 6'
  | 'law 7'
  | 'law 8'
  | 'law 9'
  | 'law 10'
  | 'law 11'
  | 'the law of the store';

export interface LawMutant extends Break {
  readonly law: LawName;
  /** What a tired programmer might have done. */
  readonly story: string;
}

const TIGHTEST = 'known === undefined || isTighter(limit, known)';

export const LAW_MUTANTS: readonly LawMutant[] = [
  {
    law: 'law 1',
    story: 'the first limit of a circuit is taken',
    file: 'core/constraints.ts',
    from: TIGHTEST,
    to: 'known === undefined',
  },
  {
    law: 'law 1',
    story: 'the last limit of a circuit is taken',
    file: 'core/constraints.ts',
    from: TIGHTEST,
    to: 'true',
  },
  {
    law: 'law 2',
    story: 'the widest ceiling wins',
    file: 'core/constraints.ts',
    from: 'return limit.ceiling < known.ceiling;',
    to: 'return limit.ceiling > known.ceiling;',
  },
  {
    law: 'law 2',
    story: 'a curtailment is put before the cut-out',
    file: 'core/constraints.ts',
    from: TIGHTEST,
    to: "limit.source === 'curtailment' || known === undefined || isTighter(limit, known)",
  },
  {
    law: 'law 3',
    story: 'what a load draws already is counted in its favour twice',
    file: 'core/allocate.ts',
    from: 'constraint.ceiling - flow + present',
    to: 'constraint.ceiling - flow + 2 * present + 3',
  },
  {
    law: 'law 3',
    story: 'the sign of the flow is lost',
    file: 'core/constraints.ts',
    from: 'if (phase !== undefined) return currentOf(phase);',
    to: 'if (phase !== undefined) return -currentOf(phase);',
  },
  {
    law: 'law 3, export',
    story: 'export ceilings are looked for on the import side',
    file: 'core/generators.ts',
    from: "    if (constraint.direction !== 'export') continue;\n    for (",
    to: "    if (constraint.direction !== 'import') continue;\n    for (",
  },
  {
    law: 'law 3, export',
    story: 'an excess of export is let be',
    file: 'core/generators.ts',
    from: 'if (excess <= 0) break;',
    to: 'break;',
  },
  {
    law: 'law 4',
    story: 'a missing reading of the meter is read as zero',
    file: 'core/picture.ts',
    from: "if (current?.state !== 'measured') return silent(meter, current, nowMs, site, freshAtMs);",
    to: "if (current?.state !== 'measured') {\n      flows[phase] = { importA: 0, exportA: 0 };\n      continue;\n    }",
  },
  {
    law: 'law 4',
    story: 'a meter that is late counts as fresh',
    file: 'core/trust.ts',
    from: 'worst = { state, reason };',
    to: '',
  },
  {
    law: 'law 5',
    story: 'what has been told is told in every cycle',
    file: 'core/stepLoad.ts',
    from: 'memory.commanded === undefined || toA < heldA;',
    to: 'toA <= heldA;',
  },
  {
    law: 'law 5',
    story: 'the dice are thrown in the core',
    file: 'core/stepLoad.ts',
    from: 'floorToStep(verdict.narrowToA,',
    to: 'floorToStep(verdict.narrowToA * Math.random(),',
  },
  {
    law: 'law 6',
    story: 'a limit that ends is released at once',
    file: 'core/limitsInForce.ts',
    from: 'if (releasesAtMs > now.runningMs && !isNarrowed)',
    to: 'if (releasesAtMs < 0 && !isNarrowed)',
  },
  {
    law: 'law 6',
    story: 'half of the random offset is waited for',
    file: 'core/limitsInForce.ts',
    from: 'const releasesAtMs = endedAtMs + offsetMs;',
    to: 'const releasesAtMs = endedAtMs + offsetMs / 2;',
  },
  {
    law: 'law 7',
    story: 'the rating of a load has no name',
    file: 'core/wants.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    from: 'limitId: `${plan.loadId}:own`',
    to: "limitId: ''",
  },
  {
    law: 'law 7',
    story: 'a fault without the name of its meter',
    file: 'core/trust.ts',
    from: 'subject: meter.subject',
    to: "subject: ''",
  },
  {
    law: 'law 8',
    story: 'for ever is written as infinity, which JSON does not know',
    file: 'core/stepLoad.ts',
    from: '{ pausedAtMs: nowMs }',
    to: '{ pausedAtMs: Number.POSITIVE_INFINITY }',
  },
  {
    law: 'law 8',
    story: 'what is absent is kept as undefined',
    file: 'core/decide.ts',
    from: '...(party.memory === undefined ? {} : { party: party.memory }),',
    to: 'party: party.memory,',
  },
  {
    law: 'law 9',
    story: 'what cannot be verified is obeyed',
    file: 'sync/signedControl.ts',
    from: 'if (!(await verify.isSignedBy(jws, publicKey))) {',
    to: "if ((await verify.isSignedBy(jws, publicKey)) && jws === '') {",
  },
  {
    law: 'law 9',
    story: 'any key of the bundle gives any command',
    file: 'sync/judgeSigner.ts',
    from: 'if (key.role !== rightful.role) {',
    to: "if (key.keyId === '') {",
  },
  {
    law: 'law 10',
    story: 'a restart opens a lock-out',
    file: 'core/limitationScheme.ts',
    from: '({ above: _, insideAtMs: _seen, ...kept }) => kept',
    to: '({ above: _, insideAtMs: _seen, lockedAtMs: _locked, ...kept }) => kept',
  },
  {
    law: 'law 10',
    story: 'a clock that nobody set ends a limit',
    file: 'core/limitsInForce.ts',
    from: "return !(isOverByClock && now.clockLevel === 'synced');",
    to: 'return !isOverByClock;',
  },
  {
    law: 'law 10',
    story: 'what is held is forgotten at the next decision',
    file: 'core/limitsInForce.ts',
    from: 'for (const waiting of memory.held) {',
    to: 'for (const waiting of memory.held.slice(0, 0)) {',
  },
  {
    law: 'law 11',
    story: 'phases are switched again as soon as it is worth it',
    file: 'core/betterPhases.ts',
    from: 'nowMs - known.switchedAtMs >= plan.phaseSwitching.restMs',
    to: 'nowMs - known.switchedAtMs >= 0',
  },
  {
    law: 'law 11',
    story: 'phases are switched while the car still charges',
    file: 'core/phaseSwitching.ts',
    from: 'canRecord && isSeenPaused(view)',
    to: 'canRecord',
  },
  {
    law: 'law 11',
    story: 'charging goes on as soon as the phases were told',
    file: 'core/phaseSwitching.ts',
    from: 'return changeover === undefined ? want',
    to: 'return changeover?.isTold !== false ? want',
  },
  {
    law: 'law 11',
    story: 'one that was told three phases counts on the one that it still reads',
    file: 'core/phases.ts',
    from: 'isOneRead && told !== 3 &&',
    to: 'isOneRead &&',
  },
  {
    law: 'law 11',
    story: 'one that reads one phase counts on it, whatever flows on the others',
    file: 'core/phases.ts',
    from: '(isOneRead && drawsBesides(',
    to: '(!isOneRead && drawsBesides(',
  },
  {
    law: 'law 11',
    story: 'all change over at once',
    file: 'core/betterPhases.ts',
    from: 'canRecord && !isAnyChanging &&',
    to: 'canRecord &&',
  },
  {
    law: 'law 3',
    story: 'it counts on one phase as soon as it was told so',
    file: 'core/phases.ts',
    from: 'const isOne = isOneRead && told !== 3',
    to: 'const isOne = (isOneRead || told === 1) && told !== 3',
  },
  {
    law: 'the law of the store',
    story: 'widening does not wait for the record',
    file: 'core/widen.ts',
    from: "if (!canRecord) return { kind: 'wait', cause: 'record' };",
    to: '',
  },
  {
    law: 'the law of the store',
    story: 'narrowing waits for the record as well',
    file: 'core/decide.ts',
    from: '    commands,\n    events: [',
    to: '    commands: canRecord ? commands : [],\n    events: [',
  },
];
