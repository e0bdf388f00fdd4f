import type { Report } from './mistake.ts';
import type { Profile } from './profile.ts';

/** A profile without examples cannot be trusted: every point and every command needs one. */
export function lintCoverage({ data, plan }: Profile, report: Report): void {
  const { reads, writes } = data.vectors;
  for (const { name } of plan.points) {
    const isCovered = reads.some(({ readings }) => name in readings && readings[name] !== 'unknown');
    if (!isCovered)
      report({ path: 'vectors.reads', message: `no example gives a value of ${name}; add one` });
  }
  const { setChargeCurrent, setSwitch, setPowerLimit, setSignedPower, setPhases } = data.commands;
  const wanted = {
    setChargeCurrent: setChargeCurrent ?? setSignedPower,
    setSwitch,
    setPowerLimit: setPowerLimit ?? setSignedPower,
    setPhases,
    secureFallback: data.fallback,
    keepAlive: data.keepAlive,
  };
  for (const [kind, part] of Object.entries(wanted)) {
    if (part === undefined || isWhollyFixed(kind, data.fallback)) continue;
    const isCovered = writes.some(({ action, requests }) => action.kind === kind && requests.length > 0);
    if (!isCovered) report({ path: 'vectors.writes', message: `no example of ${kind}; add one` });
  }
}

/** Fall-back settings that the maker has fixed write nothing. */
function isWhollyFixed(kind: string, fallback: Profile['data']['fallback']): boolean {
  return (
    kind === 'secureFallback' &&
    fallback !== undefined &&
    'fixedA' in fallback.current &&
    'fixedMs' in fallback.timeout
  );
}
