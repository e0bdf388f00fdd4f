import { Car, isAtHome } from './car.ts';
import { ChargeSocket } from './chargeSocket.ts';
import { Contact } from './contact.ts';
import { DeviceInPlace } from './deviceInPlace.ts';
import type { ChargePointSpec, DeviceSpec } from './deviceSpec.ts';
import { CHARGE_POINTS } from './devices/chargePoints/catalogue.ts';
import type { ChargePointFirmware } from './devices/chargePoints/chargePoint.ts';
import type { Firmware } from './devices/firmware.ts';
import { INVERTERS } from './devices/inverters/catalogue.ts';
import { METERS } from './devices/meters/catalogue.ts';
import { RELAYS, type RelayEntry } from './devices/relays/catalogue.ts';
import type { SignalInput } from './devices/relays/relayPlace.ts';
import { Generator } from './generator.ts';
import type { ContactPlace, HomeSpec } from './homeSpec.ts';
import { recordedHousehold } from './household.ts';
import { Ledger } from './ledger.ts';
import { Plant } from './plant.ts';
import { Noise } from './random.ts';
import { WaterHeater } from './waterHeater.ts';

export interface ChargePointInHome {
  readonly deviceId: string;
  readonly socket: ChargeSocket;
  readonly firmware: ChargePointFirmware;
}

interface Board {
  readonly contacts: readonly Contact[];
  readonly inputs: readonly SignalInput[];
}

/** A house that stands: its physics, its devices and the ledger of what really flowed. */
export interface Home {
  readonly spec: HomeSpec;
  readonly plant: Plant;
  readonly ledger: Ledger;
  /** By device id. */
  readonly devices: Readonly<Record<string, DeviceInPlace>>;
  readonly chargePoints: readonly ChargePointInHome[];
  /** Signal wires on the inputs of each relay board, by device id, input 1 first. */
  readonly signals: Readonly<Record<string, readonly SignalInput[]>>;
  readonly generator: Generator;
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
  const boards = new Map(
    spec.devices
      .filter(({ kind }) => kind === 'relay')
      .map(({ deviceId, model }) => [deviceId, buildBoard(entryOf(RELAYS, model))]),
  );
  const sockets = new Map(
    spec.devices.filter(isChargePoint).map(({ deviceId, phases, car }) => {
      const isPlugged = isAtHome(car, startAtMs, spec.utcOffsetMinutes);
      return [deviceId, new ChargeSocket(phases, new Car(car, isPlugged))];
    }),
  );
  const heaterContact = contactAt(spec.waterHeater.contact);
  const generatorContact = contactAt(spec.generator.contact);
  const generator = new Generator(spec.generator);
  const plant = new Plant({
    startAtMs,
    utcOffsetMinutes: spec.utcOffsetMinutes,
    household: recordedHousehold(),
    householdShares: spec.householdShares,
    heater: new WaterHeater(spec.waterHeater),
    heaterContact,
    generator,
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
    const { deviceId } = device;
    const firmware = device.kind === 'chargePoint' ? standChargePoint(device) : buildFirmware(device);
    plant.addFirmware(firmware);
    const board = boards.get(deviceId);
    const socket = sockets.get(deviceId);
    devices[deviceId] = new DeviceInPlace({
      deviceId,
      wire: device.lineId === undefined ? 'tcp' : 'serial',
      firmware,
      advanceTo,
      ...(board === undefined ? {} : { contacts: board.contacts }),
      ...(socket === undefined ? {} : { socket }),
    });
  }
  const signals = Object.fromEntries([...boards].map(([deviceId, { inputs }]) => [deviceId, inputs]));
  return {
    spec,
    plant,
    ledger,
    devices,
    chargePoints,
    signals,
    generator,
    heaterContact,
    generatorContact,
    advanceTo,
  };

  function standChargePoint(device: ChargePointSpec): ChargePointFirmware {
    const { deviceId, model, unit, hardwareMaximumA } = device;
    const socket = sockets.get(deviceId) as ChargeSocket;
    const firmware = CHARGE_POINTS[model].build({
      unit,
      hardwareMaximumA,
      socket,
      voltageV: plant.voltageV,
      noise,
      startAtMs,
    });
    chargePoints.push({ deviceId, socket, firmware });
    return firmware;
  }

  function buildFirmware(device: Exclude<DeviceSpec, ChargePointSpec>): Firmware {
    const { deviceId, model, unit } = device;
    const { voltageV } = plant;
    switch (device.kind) {
      case 'meter': {
        const { circuit, terminals } = device;
        const flow = plant.flowAt(circuit);
        return entryOf(METERS, model).build({ unit, flow, terminals, voltageV, noise, startAtMs });
      }
      case 'relay':
        return entryOf(RELAYS, model).build({ unit, ...(boards.get(deviceId) as Board), startAtMs });
      case 'inverter':
        return entryOf(INVERTERS, model).build({
          unit,
          generator,
          flow: plant.generatorFlow,
          voltageV,
          startAtMs,
        });
    }
  }

  /** What nothing switches is always connected. */
  function contactAt(place: ContactPlace | undefined): Contact {
    if (place === undefined) return new Contact(true);
    return boards.get(place.deviceId)?.contacts[place.channel - 1] as Contact;
  }
}

function buildBoard({ outputs, inputs }: RelayEntry): Board {
  return {
    contacts: Array.from({ length: outputs }, () => new Contact()),
    inputs: Array.from({ length: inputs }, () => ({ isActive: false })),
  };
}

function entryOf<T>(catalogue: Readonly<Record<string, T>>, model: string): T {
  return catalogue[model] as T;
}

function isChargePoint(device: DeviceSpec): device is ChargePointSpec {
  return device.kind === 'chargePoint';
}
