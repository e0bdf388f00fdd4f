import { resolve } from 'node:path';
import { readSettings, type SettingLayers } from './settings.ts';
import { PATH_KIND, SETTING_PATHS, type SettingPath, settingRow } from './settingsTable.ts';

/** The settings file itself and every file that it names, but the gateway's own key; whether they are there or not. */
export function namedFiles(layers: SettingLayers): {
  readonly gatewayId?: string;
  readonly files: readonly string[];
} {
  const own = layers.file === undefined ? [] : [resolve(layers.workingDirectory, layers.file)];
  const read = readSettings(layers);
  if (!read.ok) return { files: own };
  const { settings } = read;
  const isFile = (path: SettingPath): boolean =>
    settingRow(path).kind === PATH_KIND && !path.endsWith('Directory') && path !== 'identity.keyFile';
  const named = SETTING_PATHS.filter(isFile).flatMap((path) => {
    const value = path
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], settings);
    return typeof value === 'string' ? [value] : [];
  });
  return { gatewayId: settings.gatewayId, files: [...own, ...named, `${settings.sitePlan}.sig`] };
}
