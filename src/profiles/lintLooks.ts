import type { Look } from './looks.ts';
import type { Report } from './mistake.ts';
import type { ProfileData } from './profileSchema.ts';

/** Enough to tell any two devices apart; more only makes a scan slow. */
const MOST_LOOKS = 8;
const LARGEST_RAW = { u16: 0xffff, i16: 0xffff, u32: 0xffff_ffff, f32: Number.MAX_VALUE } as const;

/** What the schema cannot say about how a device is recognised. */
export function lintLooks(data: ProfileData, report: Report): void {
  if (data.fingerprint.length > MOST_LOOKS) {
    report({ path: 'fingerprint', message: `expected at most ${MOST_LOOKS} looks; keep those that decide` });
  }
  for (const [index, look] of data.fingerprint.entries()) lintLook(`fingerprint[${index}]`, look, report);
  for (const [index, look] of (data.requires ?? []).entries()) lintLook(`requires[${index}]`, look, report);
}

function lintLook(path: string, look: Look, report: Report): void {
  const { type, is, isNot, between, startsWith, registers } = look;
  if (type === 'text') {
    if (startsWith === undefined || registers === undefined)
      report({ path, message: 'a text needs "registers" (how many it has) and "startsWith"' });
    if (is !== undefined || isNot !== undefined || between !== undefined)
      report({ path, message: 'a text has "startsWith" only; is, isNot and between are for numbers' });
    if (startsWith !== undefined && startsWith.length > 2 * (registers ?? 0))
      report({ path: `${path}.startsWith`, message: `${registers} registers have no room for this text` });
    return;
  }
  if (startsWith !== undefined || registers !== undefined)
    report({ path, message: '"startsWith" and "registers" are for a text; use is, isNot or between' });
  if (is === undefined && isNot === undefined && between === undefined)
    report({ path, message: 'says nothing that must be found; add is, isNot or between' });
  if (between !== undefined && !(between[0] <= between[1]))
    report({ path: `${path}.between`, message: `expected [least, most], found [${between.join(', ')}]` });
  for (const raw of [...(is ?? []), ...(isNot ?? [])]) {
    if (raw <= LARGEST_RAW[type]) continue;
    report({ path, message: `${raw} is more than a register of type "${type}" can hold` });
  }
  if (look.function <= 2 && type !== 'u16')
    report({ path: `${path}.type`, message: 'a coil or an input is one bit; expected "u16" with is 0 or 1' });
}
