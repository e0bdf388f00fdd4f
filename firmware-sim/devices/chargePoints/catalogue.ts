import type { Transport } from '../firmware.ts';
import { AbbTerraAc } from './abbTerraAc.ts';
import { AlfenEve } from './alfenEve.ts';
import { AmperfiedConnect } from './amperfiedConnect.ts';
import type { ChargePointFirmware, ChargePointPlace } from './chargePoint.ts';
import { GoECharger } from './goECharger.ts';
import { HeidelbergEnergyControl } from './heidelbergEnergyControl.ts';
import { KebaP30 } from './kebaP30.ts';
import { KebaP40 } from './kebaP40.ts';
import { MennekesCompact } from './mennekesCompact.ts';
import { PhoenixCharx } from './phoenixCharx.ts';
import { VestelEvc04 } from './vestelEvc04.ts';
import { VictronEvcs } from './victronEvcs.ts';
import { WallboxQuasar } from './wallboxQuasar.ts';
import { WebastoNext } from './webastoNext.ts';

export const CHARGE_POINT_MODELS = [
  'keba-p30',
  'keba-p40',
  'alfen-eve',
  'abb-terra-ac',
  'heidelberg-energy-control',
  'amperfied-connect',
  'go-e-charger',
  'victron-evcs',
  'phoenix-charx',
  'vestel-evc04',
  'webasto-next',
  'mennekes-compact',
  'wallbox-quasar',
] as const;

export type ChargePointModel = (typeof CHARGE_POINT_MODELS)[number];

export interface ChargePointEntry {
  readonly defaultUnit: number;
  readonly transport: Transport;
  /** Highest setting of its installer, A. */
  readonly mostA: number;
  /** The firmware, powered up at the start of its place. */
  readonly build: (place: ChargePointPlace) => ChargePointFirmware;
}

type Maker = new (place: ChargePointPlace) => ChargePointFirmware;

/** Every charge point that can stand in a home. */
export const CHARGE_POINTS: Readonly<Record<ChargePointModel, ChargePointEntry>> = {
  'keba-p30': entry(KebaP30, 255, 'tcp', 32),
  'keba-p40': entry(KebaP40, 255, 'tcp', 32),
  'alfen-eve': entry(AlfenEve, 1, 'tcp', 32),
  'abb-terra-ac': entry(AbbTerraAc, 1, 'either', 32),
  'heidelberg-energy-control': entry(HeidelbergEnergyControl, 1, 'rtu', 16),
  'amperfied-connect': entry(AmperfiedConnect, 255, 'tcp', 16),
  'go-e-charger': entry(GoECharger, 1, 'tcp', 32),
  'victron-evcs': entry(VictronEvcs, 1, 'tcp', 32),
  'phoenix-charx': entry(PhoenixCharx, 1, 'tcp', 32),
  'vestel-evc04': entry(VestelEvc04, 255, 'tcp', 32),
  'webasto-next': entry(WebastoNext, 255, 'tcp', 32),
  'mennekes-compact': entry(MennekesCompact, 50, 'rtu', 32),
  'wallbox-quasar': entry(WallboxQuasar, 1, 'tcp', 32),
};

function entry(make: Maker, defaultUnit: number, transport: Transport, mostA: number): ChargePointEntry {
  return {
    defaultUnit,
    transport,
    mostA,
    build: (place) => {
      const firmware = new make(place);
      firmware.advanceTo(place.startAtMs, 0);
      return firmware;
    },
  };
}
