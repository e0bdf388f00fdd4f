import { PHASES } from '../domain/phase.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import { type Finding, placeOf } from './finding.ts';
import { show } from './mistake.ts';
import type { ProfileCatalogue } from './profileFacts.ts';

/** Phases that are to be switched need three of them, a device that can, and nothing that must go on meanwhile. */
export function findSwitchingMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  return plan.loads.flatMap((load, index) => {
    if (load.kind !== 'chargePoint' || load.phaseSwitching === undefined) return [];
    const at = (key: string): string => placeOf('loads', index, load.loadId, key);
    const findings: Finding[] = [];
    const wired = PHASES.filter((phase) => load.phaseMap[phase] !== undefined);
    if (wired.length < PHASES.length) {
      findings.push({
        path: at('phaseMap'),
        expected: 'all three phases of the supply, for a charge point whose phases are switched',
        found: wired.join(', ') || 'none',
        toDo: 'complete the phaseMap, or remove phaseSwitching',
      });
    }
    const profile = plan.devices.find((device) => device.deviceId === load.deviceId)?.profile;
    const facts = profile === undefined ? undefined : profiles.get(profile);
    if (facts !== undefined && !facts.switchesPhases) {
      const able = [...profiles].filter(([, each]) => each.switchesPhases).map(([id]) => id);
      findings.push({
        path: at('phaseSwitching'),
        expected: `a device whose profile can switch phases: ${able.join(', ') || 'but none can'}`,
        found: `${show(load.deviceId)}, whose profile ${show(profile)} has no such command`,
        toDo: 'remove phaseSwitching, or use another device',
      });
    }
    if (load.floorA > 0) {
      findings.push({
        path: at('floorA'),
        expected: '0, since a charge point is paused for half a minute when its phases are switched',
        found: `${load.floorA} A`,
        toDo: 'set it to 0, or remove phaseSwitching',
      });
    }
    return findings;
  });
}
