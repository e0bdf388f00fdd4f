import type { Reading } from '../domain/reading.ts';
import type { Encoded } from './allow.ts';
import { type BlockAnswer, type BlockAnswers, decodePoint } from './decode.ts';
import { encodeAction, encodeKeepAlive } from './encode.ts';
import { encodeFallback } from './encodeFallback.ts';
import { lintCoverage } from './lintCoverage.ts';
import type { Report } from './mistake.ts';
import type { Profile } from './profile.ts';

type ReadVector = Profile['data']['vectors']['reads'][number];
type WriteVector = Profile['data']['vectors']['writes'][number];

/** Runs the examples that a profile carries: raw words to readings, actions to raw requests. */
export function checkVectors(profile: Profile, report: Report): void {
  const { reads, writes } = profile.data.vectors;
  for (const [index, vector] of reads.entries())
    checkRead(profile, vector, `vectors.reads[${index}]`, report);
  for (const [index, vector] of writes.entries())
    checkWrite(profile, vector, `vectors.writes[${index}]`, report);
  lintCoverage(profile, report);
}

function checkRead(profile: Profile, vector: ReadVector, path: string, report: Report): void {
  const answers = answersOf(profile, vector.registers, `${path}.registers`, report);
  if (answers === undefined) return;
  for (const [name, expected] of Object.entries(vector.readings)) {
    const point = profile.plan.points.find((planned) => planned.name === name);
    const reading = point === undefined ? undefined : decodePoint(point, answers, 0);
    const found = asVectorValue(reading);
    if (found === expected) continue;
    const text = `${vector.says}: expected ${name} = ${expected}, found ${found ?? 'nothing (no such point or block not given)'}`;
    report({ path: `${path}.readings["${name}"]`, message: text });
  }
}

function checkWrite(profile: Profile, vector: WriteVector, path: string, report: Report): void {
  const answers = answersOf(profile, vector.given ?? [], `${path}.given`, report);
  if (answers === undefined) return;
  const encoded = encodeVector(profile, vector.action, answers);
  const expected = describe(vector.requests);
  const found = encoded.ok
    ? describe(encoded.writes.map((write) => ({ ...write, function: write.functionCode })))
    : describe([]);
  if (found === expected) return;
  const why = encoded.ok ? '' : ` (${encoded.detail})`;
  report({ path, message: `${vector.says}: expected ${expected}, found ${found}${why}` });
}

/** The given registers as answers of their blocks; what is not given of a block is 0. Nothing after a mistake. */
function answersOf(
  profile: Profile,
  registers: ReadVector['registers'],
  path: string,
  report: Report,
): BlockAnswers | undefined {
  const answers: (BlockAnswer | undefined)[] = profile.plan.blocks.map(() => undefined);
  for (const [index, { block, address, words }] of registers.entries()) {
    const planned = profile.plan.blocks.find(({ name }) => name === block);
    const offset = address - (planned?.address ?? 0);
    if (planned === undefined || offset < 0 || offset + words.length > planned.count) {
      const message = `not inside of a block "${block}"; correct the block's name or the address`;
      report({ path: `${path}[${index}]`, message });
      return undefined;
    }
    const filled = [...(answers[planned.index]?.words ?? new Array<number>(planned.count).fill(0))];
    filled.splice(offset, words.length, ...words);
    answers[planned.index] = { words: filled, measuredAtMs: 0 };
  }
  return answers;
}

function asVectorValue(reading: Reading<unknown> | undefined): unknown {
  if (reading === undefined) return undefined;
  return reading.state === 'measured' ? reading.value : reading.state;
}

interface Request {
  readonly function: number;
  readonly address: number;
  readonly values: readonly number[];
}

function encodeVector(profile: Profile, action: WriteVector['action'], answers: BlockAnswers): Encoded {
  const { data } = profile;
  switch (action.kind) {
    case 'secureFallback': {
      const encoded = encodeFallback(data, action);
      return encoded.ok ? { ok: true, writes: encoded.fallback.writes } : encoded;
    }
    case 'keepAlive':
      return encodeKeepAlive(data);
    case 'setPowerLimit': {
      const { kind, powerW } = action;
      const wanted = { kind, ...(powerW === undefined ? {} : { powerW }) };
      return encodeAction(data, wanted, action.effect ?? 'narrowing', { answers });
    }
    case 'setChargeCurrent':
      return encodeAction(data, action, action.effect ?? 'narrowing', { answers });
    case 'setSwitch':
    case 'setPhases':
      return encodeAction(data, action, 'narrowing', { answers });
  }
}

function describe(requests: readonly Request[]): string {
  if (requests.length === 0) return 'a refusal';
  return requests
    .map((request) => `function ${request.function} at ${request.address}: ${request.values.join(' ')}`)
    .join(', then ');
}
