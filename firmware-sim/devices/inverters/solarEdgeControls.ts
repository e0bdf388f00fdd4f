import { hexTable } from '../hexTable.ts';
import type { RegisterTable } from '../registerBank.ts';
import { between, f32, i32, lowWordFirst, oneOf, type Register, u16, u32 } from '../registers.ts';

/** Kept over a restart once they have been committed. */
export interface SolarEdgeSettings {
  /** 0xF104 */
  reactivePowerConfiguration: number;
  /** 0xF142; 1 is on. */
  advancedPowerControl: number;
  /** 0xF300 */
  isEnabled: boolean;
  /** 0xF308, 0xF309 */
  activePreferred: number;
  reactiveBy: number;
  /** 0xF30C: what 100 % of the commands means. */
  limitW: number;
  reactiveLimitVar: number;
  /** 0xF310 */
  timeoutS: number;
  /** 0xF312 */
  fallbackPercent: number;
  fallbackReactivePercent: number;
  fallbackCosPhi: number;
  rampUpPercentPerMin: number;
  rampDownPercentPerMin: number;
  reactiveRampUpPercentPerMin: number;
  reactiveRampDownPercentPerMin: number;
  cosPhiRatePerMin: number;
}

/** The maker names no factory values for the time-out, the fall-back and the ramps: these are the house's own. */
export function factorySettings(ratedW: number): SolarEdgeSettings {
  return {
    reactivePowerConfiguration: 0,
    advancedPowerControl: 0,
    isEnabled: false,
    activePreferred: 0,
    reactiveBy: 0,
    limitW: ratedW,
    reactiveLimitVar: ratedW,
    timeoutS: 60,
    fallbackPercent: 100,
    fallbackReactivePercent: 0,
    fallbackCosPhi: 1,
    rampUpPercentPerMin: 100,
    rampDownPercentPerMin: 100,
    reactiveRampUpPercentPerMin: 100,
    reactiveRampDownPercentPerMin: 100,
    cosPhiRatePerMin: 1,
  };
}

export interface SolarEdgeControlsView {
  readonly settings: SolarEdgeSettings;
  readonly ratedW: number;
  plainPercent(): number;
  setPlainPercent(percent: number): void;
  commandPercent(): number;
  setCommandPercent(percent: number): void;
  /** A command arrived. */
  feed(nowMs: number): void;
  commit(): void;
  restoreFactory(): void;
}

/** Control registers; values of two registers have the least significant word first. */
export function solarEdgeControls(view: SolarEdgeControlsView): RegisterTable {
  const { settings, ratedW } = view;
  type NumberSetting = {
    [Name in keyof SolarEdgeSettings]: SolarEdgeSettings[Name] extends number ? Name : never;
  };
  type SettingName = NumberSetting[keyof SolarEdgeSettings];
  const store = (name: SettingName) => (value: number) => {
    settings[name] = value;
  };
  const floatSetting = (name: SettingName, most: number): Register =>
    lowWordFirst(f32(() => settings[name], { accepts: between(0, most), store: store(name) }));
  const wordSetting = (name: SettingName): Register =>
    u16(() => settings[name], { accepts: oneOf(0, 1), store: store(name) });
  const wholeSetting = (name: SettingName): Register =>
    lowWordFirst(i32(() => settings[name], { store: store(name) }));
  const command = (read: () => number, most: number, take: (value: number) => void): Register =>
    lowWordFirst(
      f32(read, {
        accepts: between(-most, most),
        store: (value, nowMs) => {
          take(value);
          view.feed(nowMs);
        },
      }),
    );
  let reactivePercent = 0;
  let cosPhi = 1;
  return hexTable({
    // No ripple-control receiver is wired to it.
    '0xf000': u16(() => 0),
    '0xf001': u16(view.plainPercent, { accepts: between(0, 100), store: view.setPlainPercent }),
    // Reads 0 when the commit was good.
    '0xf100': u16(() => 0, { accepts: oneOf(1), store: view.commit }),
    '0xf101': u16(() => 0, { accepts: oneOf(1), store: view.restoreFactory }),
    '0xf104': wholeSetting('reactivePowerConfiguration'),
    '0xf142': wholeSetting('advancedPowerControl'),
    '0xf300': u16(() => (settings.isEnabled ? 1 : 0), {
      accepts: oneOf(0, 1),
      store: (value, nowMs) => {
        settings.isEnabled = value === 1;
        view.feed(nowMs);
      },
    }),
    '0xf304': lowWordFirst(f32(() => ratedW)),
    '0xf306': lowWordFirst(f32(() => ratedW)),
    '0xf308': wordSetting('activePreferred'),
    '0xf309': wordSetting('reactiveBy'),
    '0xf30c': floatSetting('limitW', ratedW),
    '0xf30e': floatSetting('reactiveLimitVar', ratedW),
    '0xf310': lowWordFirst(u32(() => settings.timeoutS, { store: store('timeoutS') })),
    '0xf312': floatSetting('fallbackPercent', 100),
    '0xf314': floatSetting('fallbackReactivePercent', 100),
    '0xf316': floatSetting('fallbackCosPhi', 1),
    '0xf318': floatSetting('rampUpPercentPerMin', Number.MAX_VALUE),
    '0xf31a': floatSetting('rampDownPercentPerMin', Number.MAX_VALUE),
    '0xf31c': floatSetting('reactiveRampUpPercentPerMin', Number.MAX_VALUE),
    '0xf31e': floatSetting('reactiveRampDownPercentPerMin', Number.MAX_VALUE),
    '0xf320': floatSetting('cosPhiRatePerMin', Number.MAX_VALUE),
    '0xf322': command(view.commandPercent, 100, (percent) => view.setCommandPercent(Math.max(0, percent))),
    '0xf324': command(
      () => reactivePercent,
      100,
      (percent) => {
        reactivePercent = percent;
      },
    ),
    '0xf326': command(
      () => cosPhi,
      1,
      (value) => {
        cosPhi = value;
      },
    ),
  });
}
