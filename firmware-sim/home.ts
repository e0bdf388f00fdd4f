import { Car, isAtHome } from './car.ts';
import { ChargeSocket } from './chargeSocket.ts';
import { Contact } from './contact.ts';
import { DeviceInPlace } from './deviceInPlace.ts';
import { createSdm230 } from './devices/eastronSdm230.ts';
import { createSdm630 } from './devices/eastronSdm630.ts';
import type { Firmware } from './devices/firmware.ts';
import { HeidelbergEnergyControl } from './devices/heidelbergEnergyControl.ts';
import { KebaP30 } from './devices/kebaP30.ts';
import { WaveshareRelay8 } from './devices/waveshareRelay8.ts';
import { Generator } from './generator.ts';
import type { DeviceSpec, HeidelbergSpec, HomeSpec, KebaSpec } from './homeSpec.ts';
import { recordedHousehold } from './household.ts';
import { Ledger } from './ledger.ts';
import { Plant } from './plant.ts';
import { Noise } from './random.ts';
import { WaterHeater } from './waterHeater.ts';

const RELAY_CHANNELS = 8;

export interface ChargePointInHome {
  readonly deviceId: string;
  readonly socket: ChargeSocket;
  readonly firmware: KebaP30 | HeidelbergEnergyControl;
}

/** A house that stands: its physics, its devices and the ledger of what really flowed. */
export interface Home {
  readonly spec: HomeSpec;
  readonly plant: Plant;
  readonly ledger: Ledger;
  /** By device id. */
  readonly devices: Readonly<Record<string, DeviceInPlace>>;
  readonly chargePoints: readonly ChargePointInHome[];
  readonly heaterContact: Contact;
  readonly generatorContact: Contact;
  /** @returns the instant at which the house stands; it never goes back */
  advanceTo(nowMs: number): number;
}

/**
 * Builds a home at an instant of the recording, UTC ms. Nothing runs by itself: advanceTo and each request
 * to a device move it. Everything is powered up at startAtMs, so the relays are off and the charge points free.
 */
export function buildHome(spec: HomeSpec, { startAtMs }: { startAtMs: number }): Home {
  const noise = new Noise(spec.seed);
  const contacts = Array.from({ length: RELAY_CHANNELS }, () => new Contact());
  const chargeSpecs = spec.devices.filter(isChargePoint);
  const sockets = new Map(
    chargeSpecs.map(({ deviceId, phases, car }) => {
      const isPlugged = isAtHome(car, startAtMs, spec.utcOffsetMinutes);
      return [deviceId, new ChargeSocket(phases, new Car(car, isPlugged))];
    }),
  );
  const heaterContact = contacts[spec.waterHeater.contact.channel - 1] as Contact;
  const generatorContact = contacts[spec.generator.contact.channel - 1] as Contact;
  const plant = new Plant({
    startAtMs,
    utcOffsetMinutes: spec.utcOffsetMinutes,
    household: recordedHousehold(),
    householdShares: spec.householdShares,
    heater: new WaterHeater(spec.waterHeater),
    heaterContact,
    generator: new Generator(spec.generator),
    generatorContact,
    sockets: [...sockets.values()],
    noise,
  });
  const ledger = new Ledger(plant);
  plant.addObserver(ledger);
  const advanceTo = (nowMs: number): number => {
    plant.advanceTo(nowMs);
    return plant.nowMs;
  };

  const devices: Record<string, DeviceInPlace> = {};
  const chargePoints: ChargePointInHome[] = [];
  for (const device of spec.devices) {
    const firmware = buildFirmware(device);
    plant.addFirmware(firmware);
    devices[device.deviceId] = new DeviceInPlace({
      deviceId: device.deviceId,
      wire: 'lineId' in device ? 'serial' : 'tcp',
      firmware,
      advanceTo,
      ...(firmware instanceof WaveshareRelay8 ? { contacts } : {}),
    });
    const socket = sockets.get(device.deviceId);
    if (socket && (firmware instanceof KebaP30 || firmware instanceof HeidelbergEnergyControl)) {
      chargePoints.push({ deviceId: device.deviceId, socket, firmware });
    }
  }
  return { spec, plant, ledger, devices, chargePoints, heaterContact, generatorContact, advanceTo };

  function buildFirmware(device: DeviceSpec): Firmware {
    const common = { unit: device.unit, voltageV: plant.voltageV, noise, startAtMs };
    switch (device.model) {
      case 'eastron-sdm230':
        return createSdm230({ ...common, flow: plant.flowAt(device.circuit), terminals: device.terminals });
      case 'eastron-sdm630':
        return createSdm630({ ...common, flow: plant.flowAt(device.circuit), terminals: device.terminals });
      case 'waveshare-relay-8':
        return new WaveshareRelay8(device.unit, contacts);
      case 'keba-p30':
        return new KebaP30({
          ...common,
          hardwareMaximumA: device.hardwareMaximumA,
          socket: socketOf(device),
        });
      case 'heidelberg-energy-control':
        return new HeidelbergEnergyControl({
          ...common,
          hardwareMaximumA: device.hardwareMaximumA,
          socket: socketOf(device),
        });
    }
  }

  function socketOf({ deviceId }: DeviceSpec): ChargeSocket {
    return sockets.get(deviceId) as ChargeSocket;
  }
}

function isChargePoint(device: DeviceSpec): device is KebaSpec | HeidelbergSpec {
  return device.model === 'keba-p30' || device.model === 'heidelberg-energy-control';
}
