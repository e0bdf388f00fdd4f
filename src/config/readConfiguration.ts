import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SitePlan } from '../domain/sitePlan.ts';
import { type LoadedProfiles, loadProfiles } from '../profiles/loadProfiles.ts';
import type { ProfileMistake } from '../profiles/mistake.ts';
import type { Profile } from '../profiles/profile.ts';
import { checkSitePlan } from './checkSitePlan.ts';
import type { Mistake } from './mistake.ts';
import { catalogueOf } from './profileFacts.ts';
import { readSitePlan, type SitePlanResult } from './readSitePlan.ts';
import { readSettings, type SettingLayers, type Settings } from './settings.ts';
import { readTrustFiles } from './trustFiles.ts';

/** Everything that a gateway is told before it starts. */
export interface Configuration {
  readonly settings: Settings;
  readonly plan: SitePlan;
  /** Fingerprint of the key that signed the plan; absent where no signature is asked for. */
  readonly planSignedBy?: string;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** What works, but should be known: each a sentence. */
  readonly warnings: readonly string[];
}

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Settings, site plan and device profiles, read and judged together. All mistakes of all three at once; the
 * relations inside a site plan can be judged only once its shape is right.
 */
export function readConfiguration(layers: SettingLayers): ConfigurationResult {
  const read = readSettings(layers);
  const named = read.ok ? read.settings : read.usable;
  const directory = named.profilesDirectory ?? shippedProfilesDirectory();
  const loaded = loadProfiles(directory);
  const site: SitePlanResult =
    named.sitePlan === undefined
      ? { ok: false, mistakes: [] }
      : readSitePlan(named.sitePlan, named.sitePlanKeysFile);
  const usedFiles = site.ok ? site.plan.devices.map((device) => `${device.profile}.json`) : undefined;
  const isInUse = ({ file }: ProfileMistake): boolean =>
    file === directory || usedFiles === undefined || usedFiles.includes(file);
  const mistakes = [
    ...(read.ok ? [...unreadableFiles(read.settings), ...trustMistakes(read.settings)] : read.mistakes),
    ...(site.ok ? planMistakes(site.plan, named.sitePlan ?? '', loaded) : site.mistakes),
    ...loaded.mistakes.filter(isInUse).map((mistake) => profileMistake(directory, mistake)),
  ];
  if (!read.ok || !site.ok || mistakes.length > 0) return { ok: false, mistakes };
  const unused = loaded.mistakes.filter((mistake) => !isInUse(mistake));
  const warnings = [
    ...settingWarnings(read.settings),
    ...unused.map((mistake) => profileWarning(directory, mistake)),
  ];
  return {
    ok: true,
    configuration: {
      settings: read.settings,
      plan: site.plan,
      ...(site.signedBy !== undefined && { planSignedBy: site.signedBy }),
      profiles: loaded.profiles,
      warnings,
    },
  };
}

/** The device profiles alone, for commands that need neither a site plan nor settings without mistakes. */
export function readProfiles(layers: SettingLayers): LoadedProfiles {
  const read = readSettings(layers);
  const named = read.ok ? read.settings : read.usable;
  return loadProfiles(named.profilesDirectory ?? shippedProfilesDirectory());
}

function planMistakes(plan: SitePlan, source: string, loaded: LoadedProfiles): readonly Mistake[] {
  const facts = catalogueOf(loaded.profiles);
  const isBroken = (name: string): boolean =>
    loaded.mistakes.some((mistake) => mistake.file === `${name}.json`);
  const brokenPlaces = plan.devices.flatMap((device, index) =>
    isBroken(device.profile) ? [`devices[${index}] (${device.deviceId}).profile`] : [],
  );
  // A profile that is there and has mistakes of its own is not unknown besides.
  const findings = checkSitePlan(plan, facts).filter((finding) => !brokenPlaces.includes(finding.path));
  return findings.map((finding) => ({ source, ...finding }));
}

function profileMistake(directory: string, { file, path, message }: ProfileMistake): Mistake {
  const source = file === directory ? directory : join(directory, file);
  return {
    source,
    path,
    expected: 'a device profile without mistakes',
    found: message,
    toDo: 'repair the profile',
  };
}

function profileWarning(directory: string, { file, path, message }: ProfileMistake): string {
  const place = path === '' ? '' : `: ${path}`;
  return `${join(directory, file)}${place}: ${message} (no device of the site plan uses this profile)`;
}

function settingWarnings(settings: Settings): readonly string[] {
  const warnings: string[] = [];
  if (settings.broker.url !== undefined && settings.trust.rootKeysFile === undefined) {
    warnings.push('trust.rootKeysFile is unset: no command of the back office is obeyed.');
  }
  const { certificateFile, certificateAuthorityFile, clientAuthorityFile, renewalDays } = settings.broker;
  const authority = clientAuthorityFile ?? certificateAuthorityFile;
  if (certificateFile !== undefined && authority === undefined && renewalDays > 0) {
    warnings.push(
      'broker.clientAuthorityFile and broker.certificateAuthorityFile are unset: the certificate is not renewed.',
    );
  }
  if (settings.simulation.speed !== 1) {
    warnings.push(
      `simulation.speed is ${settings.simulation.speed}: right for simulated homes, wrong at real devices.`,
    );
  }
  return warnings;
}

function unreadableFiles(settings: Settings): readonly Mistake[] {
  const keys = [
    'passwordFile',
    'certificateAuthorityFile',
    'certificateFile',
    'keyFile',
    'clientAuthorityFile',
  ] as const;
  return keys.flatMap((key) => {
    const file = settings.broker[key];
    if (file === undefined || isReadable(file)) return [];
    const toDo = 'correct the path, or let the user of the gateway read the file';
    const expected = 'a file that can be read';
    return [{ source: file, path: `broker.${key}`, expected, found: 'none', toDo }];
  });
}

function trustMistakes({ trust }: Settings): readonly Mistake[] {
  const read = readTrustFiles(trust);
  return read.ok ? [] : read.mistakes;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The profiles beside the program: two folders up in the source, nearer in a bundle. */
function shippedProfilesDirectory(): string {
  let folder = import.meta.dirname;
  for (let up = 0; up < 3; up++) {
    const candidate = join(folder, 'drivers');
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return join(folder, 'drivers');
}
