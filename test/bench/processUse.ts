import { readFileSync } from 'node:fs';

const KIB_PER_MB = 1_000_000 / 1024;
/** USER_HZ, which Linux reports processor time in, on every machine that Node runs on. */
const TICKS_PER_S = 100;

/** Resident memory of a process, MB. */
export function residentMbOf(pid: number): number {
  return Number(field(pid, 'status', /^VmRSS:\s+(\d+) kB/m)) / KIB_PER_MB;
}

/** Processor time that a process has used since its start, ms. */
export function processorMsOf(pid: number): number {
  // The name in brackets may hold spaces: what is counted stands after it.
  const after = field(pid, 'stat', /\) (.*)$/m).split(' ');
  return ((Number(after[11]) + Number(after[12])) * 1_000) / TICKS_PER_S;
}

function field(pid: number, file: 'status' | 'stat', pattern: RegExp): string {
  const found = pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`/proc/${pid}/${file} has no ${pattern}`);
  return found;
}
