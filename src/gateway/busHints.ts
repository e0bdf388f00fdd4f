import type { LineStatistics, UnitStatistics } from '../ports/modbusLine.ts';

/** One wire with what it has seen. */
export interface LineFacts {
  readonly kind: 'serial' | 'tcp';
  readonly isOpen: boolean;
  readonly statistics: LineStatistics;
}

/** What is probably wrong and what to do about it. */
export interface Hint {
  readonly code: string;
  /** The units that are meant; empty: the line as a whole. */
  readonly units: readonly number[];
  readonly sentence: string;
  readonly nextStep: string;
}

/** Fewer requests than this prove nothing. */
const LEAST_REQUESTS = 8;
/** Fewer of anything bad than this is chance. */
const LEAST_TROUBLE = 3;
/** Shares of the requests. */
const SHARES = { damaged: 0.01, refused: 0.05, missedLeast: 0.02, missedMost: 0.8, superseded: 0.1 } as const;

interface Row {
  readonly code: string;
  readonly wires: readonly LineFacts['kind'][];
  /** The units that it is so for; the line as a whole is an empty list; nothing: it is not so. */
  readonly find: (line: LineFacts) => readonly number[] | undefined;
  readonly sentence: string;
  readonly nextStep: string;
  /** Rows that this one explains as well: they are left out. */
  readonly explains?: readonly string[];
}

/** One row for each fault of a bus that the counters can tell; the order is that of the output. */
const ROWS: readonly Row[] = [
  {
    code: 'line-not-open',
    wires: ['serial', 'tcp'],
    find: ({ isOpen }) => whole(!isOpen),
    sentence: 'The wire is not open: the port or the network address is not there, refused or in use',
    nextStep: 'Check the adapter and its path, or the address, the supply and the network of the device',
    explains: ['nobody-answers', 'unit-silent'],
  },
  {
    code: 'local-echo',
    wires: ['serial'],
    find: ({ statistics }) => whole(statistics.hasLocalEcho === true),
    sentence:
      'The adapter gives back what is sent through it; the gateway takes the echo out, other masters would not',
    nextStep: 'Switch the local echo of the RS-485 adapter off (a jumper or switch, often named RE or ECHO)',
  },
  {
    code: 'only-garbage',
    wires: ['serial'],
    find: ({ statistics }) => {
      const { requests, answered, badReplies } = sumOf(statistics.units);
      const heard = statistics.strayBytes + statistics.badCrc + badReplies;
      return whole(requests >= LEAST_REQUESTS && answered === 0 && heard >= LEAST_TROUBLE);
    },
    sentence:
      'Something is heard on the line, but nothing of it is an answer: A and B are swapped, or speed or parity differ',
    nextStep:
      'Swap A and B at the adapter; then compare speed and parity with the units (`loadgate scan --line` tries them all)',
    explains: ['unit-silent', 'nobody-answers', 'no-termination', 'duplicate-address', 'another-master'],
  },
  {
    code: 'nobody-answers',
    wires: ['serial', 'tcp'],
    find: ({ statistics }) => {
      const { requests, answered, badReplies } = sumOf(statistics.units);
      const heard = statistics.strayBytes + statistics.badCrc + badReplies;
      return whole(requests >= LEAST_REQUESTS && answered === 0 && heard < LEAST_TROUBLE);
    },
    sentence: 'No unit of this wire has answered, and nothing else is heard',
    nextStep:
      'Check the supply of the units, the cable, and that Modbus is switched on in the device; on a serial line also A, B and the speed',
    explains: ['unit-silent'],
  },
  {
    code: 'unit-silent',
    wires: ['serial', 'tcp'],
    find: ({ statistics }) =>
      some(
        statistics.units,
        (unit) =>
          unit.requests >= LEAST_REQUESTS && answeredBy(unit) === 0 && unit.badReplies < LEAST_TROUBLE,
      ),
    sentence: 'This unit has never answered, while others on the wire do',
    nextStep: 'Check its supply, its unit number and its own speed and parity settings',
  },
  {
    code: 'duplicate-address',
    wires: ['serial'],
    find: ({ statistics }) => {
      const damaged = statistics.units.filter(isDamaged);
      const hasOthers = statistics.units.some((unit) => !damaged.includes(unit) && answeredBy(unit) > 0);
      return damaged.length === 1 && hasOthers ? damaged.map(({ unit }) => unit) : undefined;
    },
    sentence:
      'The answers of this unit alone are damaged, those of the others are whole: two units may share its number',
    nextStep:
      'Unplug the unit and see whether something still answers under its number; otherwise its stub is bad or too long',
  },
  {
    code: 'no-termination',
    wires: ['serial'],
    find: ({ statistics }) => {
      const { units } = statistics;
      const damaged = units.filter(isDamaged);
      const isEverywhere = damaged.length > 1 || (damaged.length === 1 && units.length === 1);
      return isEverywhere && sumOf(units).answered > 0 ? damaged.map(({ unit }) => unit) : undefined;
    },
    sentence: 'Answers arrive damaged from wherever they come: the line has noise or reflections',
    nextStep:
      'Put 120 ohms at both ends and nowhere else, bias at one place, the shield to earth at one end; keep away from motor cables',
  },
  {
    code: 'another-master',
    wires: ['serial'],
    find: ({ statistics }) => {
      const { wrongUnit, lateReplies, units } = statistics;
      // Each missing answer may still come; more than that was asked for by somebody else.
      const uninvited = wrongUnit + lateReplies;
      return whole(uninvited >= LEAST_TROUBLE && uninvited > 2 * sumOf(units).missing);
    },
    sentence: 'Whole frames are heard that this gateway did not ask for: another master is on the line',
    nextStep:
      'Find it (a load-management box, an inverter, a test tool) and take one of the two off: a serial line has one master',
  },
  {
    code: 'late-answers',
    wires: ['serial', 'tcp'],
    find: ({ statistics }) => {
      const { lateReplies, wrongUnit, units } = statistics;
      return whole(lateReplies >= LEAST_TROUBLE && lateReplies + wrongUnit <= 2 * sumOf(units).missing);
    },
    sentence: 'Answers come after the gateway has stopped waiting for them',
    nextStep:
      'Look for a slow bridge or radio link in between; the time-out stands in the profile of the device',
  },
  {
    code: 'polled-too-fast',
    wires: ['serial', 'tcp'],
    find: ({ statistics }) =>
      some(statistics.units, (unit) => {
        const share = unit.timeouts / unit.requests;
        const isSome = share >= SHARES.missedLeast && share <= SHARES.missedMost;
        return unit.timeouts >= LEAST_TROUBLE && isSome && answeredBy(unit) > 0 && !isDamaged(unit);
      }),
    sentence:
      'This unit answers, but skips requests without any sign of noise: it may be asked faster than this model bears',
    nextStep:
      "Compare its pace with the maker's and raise readSpacingMs or silenceMs in its profile; rule out a loose contact",
  },
  {
    code: 'many-refusals',
    wires: ['serial', 'tcp'],
    find: ({ statistics }) =>
      some(
        statistics.units,
        (unit) => unit.exceptions >= LEAST_TROUBLE && unit.exceptions >= SHARES.refused * unit.requests,
      ),
    sentence:
      'This unit refuses what it is asked: the profile does not fit its model or firmware, or it is busy',
    nextStep:
      'Compare the profile with the model (`loadgate scan`) and bring the firmware up to what the profile asks for',
  },
  {
    code: 'reconnecting',
    wires: ['tcp'],
    find: ({ statistics }) => {
      const { requests } = sumOf(statistics.units);
      return whole(
        statistics.reconnects >= LEAST_TROUBLE && statistics.reconnects >= SHARES.damaged * requests,
      );
    },
    sentence:
      'The connection breaks again and again: another client may hold this device, many take one only',
    nextStep:
      "Close other programs that read it (apps, home automation, a maker's portal by Modbus), and check the network",
  },
  {
    code: 'line-overloaded',
    wires: ['serial', 'tcp'],
    find: ({ statistics: { superseded, units } }) => {
      const { requests } = sumOf(units);
      return whole(superseded >= LEAST_TROUBLE && superseded >= SHARES.superseded * requests);
    },
    sentence: 'More is asked than this wire can carry: reads are dropped because the same ones still wait',
    nextStep:
      'Raise the speed of the line, move units to a line of their own, or take dead units out of the site plan',
  },
];

/** Every fault that can be named, for the documentation. */
export const HINT_ROWS: readonly Pick<Row, 'code' | 'sentence' | 'nextStep'>[] = ROWS;

/** What the counters of a line point to, in the order of the table. Never throws, whatever the numbers. */
export function findBusHints(line: LineFacts): readonly Hint[] {
  const found = ROWS.flatMap((row) => {
    const units = row.wires.includes(line.kind) ? row.find(line) : undefined;
    return units === undefined ? [] : [{ row, units }];
  });
  const explained = new Set(found.flatMap(({ row }) => row.explains ?? []));
  return found
    .filter(({ row }) => !explained.has(row.code))
    .map(({ row: { code, sentence, nextStep }, units }) => ({ code, units, sentence, nextStep }));
}

function whole(isSo: boolean): readonly number[] | undefined {
  return isSo ? [] : undefined;
}

function some(
  units: readonly UnitStatistics[],
  isMeant: (unit: UnitStatistics) => boolean,
): readonly number[] | undefined {
  const meant = units.filter(isMeant).map(({ unit }) => unit);
  return meant.length === 0 ? undefined : meant;
}

/** A refusal is an answer as well: the unit lives and the wire is good. */
function answeredBy({ answers, exceptions }: UnitStatistics): number {
  return answers + exceptions;
}

function isDamaged({ badReplies, requests }: UnitStatistics): boolean {
  return badReplies >= LEAST_TROUBLE && badReplies >= SHARES.damaged * requests;
}

function sumOf(units: readonly UnitStatistics[]) {
  let requests = 0;
  let answered = 0;
  let badReplies = 0;
  let missing = 0;
  for (const unit of units) {
    requests += unit.requests;
    answered += answeredBy(unit);
    badReplies += unit.badReplies;
    missing += unit.timeouts + unit.badReplies;
  }
  return { requests, answered, badReplies, missing };
}
