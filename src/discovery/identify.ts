import type { Profile } from '../profiles/profile.ts';
import { isOfKind, isShipped, linksOf } from './links.ts';
import { type Candidate, MarkFinder, weightOf } from './markFinder.ts';
import type { UnitReader } from './unitReader.ts';
import type { Wire } from './wire.ts';

/**
 * certain: an exact mark of this model was found, and no other profile holds as much. likely: all that the profile looks at
 * holds, but it holds for others too or is a range only. possible: the device cannot be told apart by reading, but
 * answers where this profile reads.
 */
export type Certainty = 'certain' | 'likely' | 'possible';

/**
 * best: what the unit most probably is. alongside: another device in the same SunSpec chain, such as the meter of an
 * inverter; both are there. alternative: what it may be instead.
 */
export type Role = 'best' | 'alongside' | 'alternative';

export interface Proposal {
  readonly profile: Profile;
  readonly role: Role;
  readonly certainty: Certainty;
  /** A sentence: what was found. */
  readonly why: string;
  /** Why nothing of the device would be believed as it stands, each with what to do. */
  readonly obstacles: readonly string[];
}

/** What a unit may be, best first. Asks for every mark of every profile that can be on this wire. */
export async function identify(
  reader: UnitReader,
  wire: Wire,
  profiles: readonly Profile[],
): Promise<readonly Proposal[]> {
  const finder = new MarkFinder(reader, wire);
  const ordered = byLikelihood(profiles, wire, reader.unit);
  const marked: Candidate[] = [];
  for (const profile of ordered) {
    if (profile.data.fingerprint.length === 0 || !mayMatter(profile, wire, marked)) continue;
    const candidate = await finder.compare(profile);
    if (candidate === undefined) continue;
    marked.push(candidate);
    // Whoever has to be read slowly is read slowly from here on.
    reader.slowTo(profile.data.timing.readSpacingMs);
  }
  marked.sort(byScore);
  const vague: Candidate[] = [];
  for (const profile of ordered) {
    if (profile.data.fingerprint.length > 0 || !mayBeGuessed(profile, marked)) continue;
    const candidate = await finder.tryBlocks(profile);
    if (candidate !== undefined) vague.push(candidate);
  }
  const roles = giveRoles(marked, vague.sort(byScore));
  const proposals: Proposal[] = [];
  for (const { candidate, role } of roles) {
    const { profile, why } = candidate;
    const obstacles = role === 'alternative' ? [] : await finder.findObstacles(profile);
    proposals.push({ profile, role, certainty: certaintyOf(candidate, marked), why, obstacles });
  }
  return proposals;
}

/**
 * Whether a profile could still change what is said. Beside a telling mark, one that has none as strong cannot, nor can
 * one for the other kind of wire; the models of a chain are read already.
 */
function mayMatter(profile: Profile, wire: Wire, marked: readonly Candidate[]): boolean {
  const { sunSpec, fingerprint } = profile.data;
  const rivals = marked.filter(({ isStrong }) => isStrong);
  if (rivals.length === 0 || sunSpec !== undefined) return true;
  const strongest = Math.max(...fingerprint.map(weightOf));
  const isForWire = linksOf(profile).some((link) => isOfKind(link, wire));
  return isForWire && rivals.every((rival) => strongest >= rival.strongest);
}

/** A profile without marks is a guess: worth a word where no mark tells the model, among devices of the same kind. */
function mayBeGuessed({ data }: Profile, marked: readonly Candidate[]): boolean {
  if (marked.length === 0) return true;
  return !marked.some(({ isStrong }) => isStrong) && marked[0]?.profile.data.kind === data.kind;
}

function byScore(one: Candidate, other: Candidate): number {
  return other.score - one.score;
}

function giveRoles(marked: readonly Candidate[], vague: readonly Candidate[]) {
  const [best] = [...marked, ...vague];
  const kinds = new Set(best === undefined ? [] : [best.profile.data.kind]);
  return [...marked, ...vague].map((candidate): { candidate: Candidate; role: Role } => {
    if (candidate === best) return { candidate, role: 'best' };
    const { kind, sunSpec } = candidate.profile.data;
    const isAlongside = best?.profile.data.sunSpec !== undefined && sunSpec !== undefined && !kinds.has(kind);
    kinds.add(kind);
    return { candidate, role: isAlongside ? 'alongside' : 'alternative' };
  });
}

/** Profiles of another kind in the same chain are no rivals: both may be there. */
function certaintyOf(candidate: Candidate, marked: readonly Candidate[]): Certainty {
  if (!marked.includes(candidate)) return 'possible';
  const { kind } = candidate.profile.data;
  const rivals = marked.filter((other) => other !== candidate && other.profile.data.kind === kind);
  const isBest = rivals.every((other) => other.score < candidate.score);
  return isBest && candidate.isStrong ? 'certain' : 'likely';
}

/**
 * The profiles that can be on this wire, those first that are shipped just so: a device that wants to be asked slowly is
 * then known before the others ask. Behind TCP may also stand a bridge to a serial line.
 */
function byLikelihood(profiles: readonly Profile[], wire: Wire, unit: number): readonly Profile[] {
  const rank = (profile: Profile): number => {
    const links = linksOf(profile);
    if (links.some((link) => isShipped(link, wire, unit))) return 0;
    return links.some((link) => isOfKind(link, wire)) ? 1 : 2;
  };
  const possible = profiles.filter((profile) => wire.kind === 'tcp' || rank(profile) < 2);
  return possible.toSorted((one, other) => rank(one) - rank(other));
}
