import type { ChargeSocket } from './chargeSocket.ts';
import type { Contact } from './contact.ts';
import type { SignalInput } from './devices/relays/relayPlace.ts';
import type { Flow } from './flow.ts';

/**
 * By point name, as phaseCurrentA.L1: SI units, import positive and export negative. What a device cannot say at
 * the moment is not in here; what it never says may be.
 */
export type StandTruth = Readonly<Record<string, number | boolean | string>>;

const PHASES = ['L1', 'L2', 'L3'] as const;
const NOMINAL_HZ = 50;
/** These meters give currents the sign of their power; all others give magnitudes. */
const SIGNED_CURRENTS: readonly string[] = [
  'carlo-gavazzi-em111',
  'carlo-gavazzi-em24',
  'carlo-gavazzi-em340',
];
/** These keep their measures at zero while they sleep; the others have none then. */
const ZERO_AT_NIGHT: readonly string[] = ['sunspec-inverter-704'];
const SLEEPS_AFTER_MS = 60_000;

interface Circuit {
  readonly flow: Flow;
  readonly voltageV: readonly number[];
  readonly phases: readonly number[];
}

/** Whatever the number of the phase in the house: a device calls its own terminals L1 and on. */
function perTerminal(
  name: string,
  { phases }: Pick<Circuit, 'phases'>,
  valueAt: (phase: number) => number,
): StandTruth {
  return Object.fromEntries(
    phases.map((phase, terminal) => [`${name}.${PHASES[terminal] ?? terminal}`, valueAt(phase)]),
  );
}

function electrical(circuit: Circuit, hasSignedCurrents: boolean): StandTruth {
  const { flow, voltageV, phases } = circuit;
  const powerW = (phase: number): number => flow.powerW[phase] ?? 0;
  const currentA = (phase: number): number => {
    const magnitudeA = flow.currentA[phase] ?? 0;
    return hasSignedCurrents && powerW(phase) < 0 ? -magnitudeA : magnitudeA;
  };
  return {
    ...perTerminal('phaseVoltageV', circuit, (phase) => voltageV[phase] ?? 0),
    ...perTerminal('phaseCurrentA', circuit, currentA),
    ...perTerminal('phasePowerW', circuit, powerW),
    totalPowerW: phases.reduce((sumW, phase) => sumW + powerW(phase), 0),
    frequencyHz: NOMINAL_HZ,
  };
}

export function meterTruth(circuit: Circuit & { readonly model: string }): StandTruth {
  const { flow, phases, model } = circuit;
  return {
    ...electrical(circuit, SIGNED_CURRENTS.includes(model)),
    importEnergyWh: phases.reduce((sumWh, phase) => sumWh + (flow.importWh[phase] ?? 0), 0),
    exportEnergyWh: phases.reduce((sumWh, phase) => sumWh + (flow.exportWh[phase] ?? 0), 0),
  };
}

export function inverterTruth(
  circuit: Circuit & {
    readonly model: string;
    readonly generator: { readonly ratedW: number; readonly limitW: number };
    /** For how long it has given nothing, though nothing held it back. */
    readonly idleMs: number;
  },
): StandTruth {
  const { flow, phases, generator, model, idleMs } = circuit;
  const isSilent = idleMs >= SLEEPS_AFTER_MS && !ZERO_AT_NIGHT.includes(model);
  return {
    ...(isSilent ? {} : electrical(circuit, false)),
    importEnergyWh: 0,
    exportEnergyWh: phases.reduce((sumWh, phase) => sumWh + (flow.exportWh[phase] ?? 0), 0),
    ratedPowerW: generator.ratedW,
    powerLimitW: Math.min(generator.ratedW, generator.limitW),
  };
}

/** Positions of the contacts themselves, which follow the coils after their travel. */
export function relayTruth(contacts: readonly Contact[], inputs: readonly SignalInput[]): StandTruth {
  return {
    ...Object.fromEntries(
      contacts.map((contact, channel) => [`relayClosed.${channel + 1}`, contact.isClosed]),
    ),
    ...Object.fromEntries(inputs.map((input, index) => [`inputActive.${index + 1}`, input.isActive])),
  };
}

/** The set-point is what the pilot gives permission for: 0 while it gives none. */
export function chargePointTruth({
  socket,
  voltageV,
  hardwareMaximumA,
}: {
  readonly socket: ChargeSocket;
  readonly voltageV: readonly number[];
  readonly hardwareMaximumA: number;
}): StandTruth {
  const circuit = { flow: socket.flow, voltageV, phases: socket.wiredPhases };
  return {
    ...electrical(circuit, true),
    carConnected: socket.car.isPlugged,
    chargingState: stateOf(socket),
    setpointA: socket.pilotA,
    onePhase: socket.isOnOnePhase,
    maximumCurrentA: hardwareMaximumA,
    totalEnergyWh: socket.flow.totalImportWh(),
    ...(socket.car.isPlugged ? { stateOfChargePercent: socket.car.socPercent } : {}),
  };
}

/** IEC 61851-1 without faults. */
function stateOf(socket: ChargeSocket): 'A' | 'B' | 'C' {
  if (!socket.car.isPlugged) return 'A';
  return socket.isCharging || socket.isDischarging ? 'C' : 'B';
}
