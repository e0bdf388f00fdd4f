import type { Reading } from '../domain/reading.ts';
import { type BlockAnswer, decodePoint } from './decode.ts';
import { encodeAction, encodeFallback } from './encode.ts';
import type { ProfileMistake } from './mistake.ts';
import type { Profile } from './profile.ts';

type Report = (mistake: Omit<ProfileMistake, 'file'>) => void;
type ReadVector = Profile['data']['vectors']['reads'][number];
type WriteVector = Profile['data']['vectors']['writes'][number];

/** Runs the examples that a profile carries: raw words to readings, actions to raw requests. */
export function checkVectors(profile: Profile, report: Report): void {
  const { reads, writes } = profile.data.vectors;
  for (const [index, vector] of reads.entries())
    checkRead(profile, vector, `vectors.reads[${index}]`, report);
  for (const [index, vector] of writes.entries()) {
    const expected = describe(vector.requests);
    const found = describe(encodeVector(profile, vector.action));
    if (found === expected) continue;
    report({
      path: `vectors.writes[${index}]`,
      message: `${vector.says}: expected ${expected}, found ${found}`,
    });
  }
  lintCoverage(profile, report);
}

function checkRead(profile: Profile, vector: ReadVector, path: string, report: Report): void {
  const answers: (BlockAnswer | undefined)[] = profile.plan.blocks.map(() => undefined);
  for (const [index, { block, address, words }] of vector.registers.entries()) {
    const planned = profile.plan.blocks.find(({ name }) => name === block);
    const offset = address - (planned?.address ?? 0);
    if (planned === undefined || offset < 0 || offset + words.length > planned.count) {
      report({
        path: `${path}.registers[${index}]`,
        message: `not inside of a block "${block}"; correct the block's name or the address`,
      });
      return;
    }
    const filled = [...(answers[planned.index]?.words ?? new Array<number>(planned.count).fill(0))];
    filled.splice(offset, words.length, ...words);
    answers[planned.index] = { words: filled, measuredAtMs: 0 };
  }
  for (const [name, expected] of Object.entries(vector.readings)) {
    const point = profile.plan.points.find((planned) => planned.name === name);
    const reading = point === undefined ? undefined : decodePoint(point, answers, 0);
    const found = asVectorValue(reading);
    if (found === expected) continue;
    const text = `${vector.says}: expected ${name} = ${expected}, found ${found ?? 'nothing (no such point or block not given)'}`;
    report({ path: `${path}.readings["${name}"]`, message: text });
  }
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

function encodeVector(profile: Profile, action: WriteVector['action']): readonly Request[] {
  if (action.kind === 'secureFallback') {
    const encoded = encodeFallback(profile.data, action);
    return encoded.ok ? asRequests(encoded.fallback.writes) : [];
  }
  const encoded = encodeAction(profile.data, action);
  return encoded.ok ? asRequests(encoded.writes) : [];
}

function asRequests(
  writes: readonly { functionCode: number; address: number; values: readonly number[] }[],
): Request[] {
  return writes.map(({ functionCode, address, values }) => ({ function: functionCode, address, values }));
}

function describe(requests: readonly Request[]): string {
  if (requests.length === 0) return 'a refusal';
  return requests
    .map((request) => `function ${request.function} at ${request.address}: ${request.values.join(' ')}`)
    .join(', then ');
}

/** A profile without examples cannot be trusted: every point and every command needs one. */
function lintCoverage(profile: Profile, report: Report): void {
  const { reads, writes } = profile.data.vectors;
  for (const { name } of profile.plan.points) {
    const isCovered = reads.some(({ readings }) => name in readings && readings[name] !== 'unknown');
    if (!isCovered)
      report({ path: 'vectors.reads', message: `no example gives a value of ${name}; add one` });
  }
  const wanted = [
    ...Object.keys(profile.data.commands),
    ...(profile.data.fallback === undefined ? [] : ['secureFallback']),
  ];
  for (const kind of wanted) {
    const isCovered = writes.some(({ action, requests }) => action.kind === kind && requests.length > 0);
    if (!isCovered) report({ path: 'vectors.writes', message: `no example of ${kind}; add one` });
  }
}
