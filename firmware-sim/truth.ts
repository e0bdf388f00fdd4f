import type { ChargeSocket } from './chargeSocket.ts';
import type { Flow } from './flow.ts';
import type { Home } from './home.ts';
import type { Direction, ExcursionRecord } from './ledger.ts';

interface PhaseTruth {
  readonly voltageV: number;
  readonly cutOutA: number;
  /** Import positive, export negative. */
  readonly cutOutW: number;
  readonly householdW: number;
  readonly waterHeaterW: number;
  /** Cars that give into the house count in here. */
  readonly generatorW: number;
  /** Into cars. */
  readonly carA: number;
}

interface ChargePointTruth {
  readonly carIsPlugged: boolean;
  readonly isCharging: boolean;
  readonly isDischarging: boolean;
  readonly pilotA: number;
  /** Negative while the car gives, as its pilot. */
  readonly carA: number;
  readonly socPercent: number;
  readonly energyWh: number;
  readonly dischargedWh: number;
  readonly isFailSafe: boolean;
  readonly setpointWrites: number;
  /** Into memory that wears out, or into its event log. */
  readonly wearWrites: number;
  /** Such as may ruin it. */
  readonly harmfulWrites: number;
  readonly paceViolations: { readonly reads: number; readonly writes: number };
}

interface CeilingTruth {
  readonly ceilingA: number | undefined;
  /** L1 first. */
  readonly phases: readonly ExcursionRecord[];
}

/** What is really so in the house, whatever its devices say. */
export interface Truth {
  readonly kind: 'truth';
  readonly at: string;
  readonly simulatedSeconds: number;
  /** L1 first. */
  readonly phases: readonly PhaseTruth[];
  readonly chargePoints: Readonly<Record<string, ChargePointTruth>>;
  readonly switches: {
    readonly waterHeater: 'open' | 'closed';
    readonly generator: 'open' | 'closed';
    readonly operations: number;
  };
  readonly ceilings: Readonly<Record<Direction, CeilingTruth>>;
  readonly energyWh: {
    readonly import: number;
    readonly export: number;
    readonly household: number;
    readonly waterHeater: number;
    /** By the sun, and by cars that gave. */
    readonly generator: number;
    readonly cars: number;
  };
}

export function tellTruth(home: Home): Truth {
  const { plant, ledger } = home;
  return {
    kind: 'truth',
    at: new Date(plant.nowMs).toISOString(),
    simulatedSeconds: ledger.simulatedSeconds,
    phases: Array.from({ length: plant.phaseCount }, (_, phase) => tellPhase(home, phase)),
    chargePoints: Object.fromEntries(home.chargePoints.map((chargePoint) => tellChargePoint(chargePoint))),
    switches: {
      waterHeater: home.heaterContact.isClosed ? 'closed' : 'open',
      generator: home.generatorContact.isClosed ? 'closed' : 'open',
      operations: home.heaterContact.operations + home.generatorContact.operations,
    },
    ceilings: { import: tellCeiling(home, 'import'), export: tellCeiling(home, 'export') },
    energyWh: {
      import: plant.cutOut.totalImportWh(),
      export: plant.cutOut.totalExportWh(),
      household: plant.household.totalImportWh(),
      waterHeater: plant.heaterFlow.totalImportWh(),
      generator: plant.generatorFlow.totalExportWh() + sumOver(plant.sockets, dischargedWh),
      cars: sumOver(plant.sockets, (socket) => socket.flow.totalImportWh()),
    },
  };
}

function tellPhase({ plant }: Home, phase: number): PhaseTruth {
  const watts = (flow: Flow): number => flow.powerW[phase] as number;
  return {
    voltageV: plant.voltageV[phase] as number,
    cutOutA: plant.cutOut.currentA[phase] as number,
    cutOutW: watts(plant.cutOut),
    householdW: watts(plant.household),
    waterHeaterW: watts(plant.heaterFlow),
    generatorW: plant.generatedW(phase),
    carA: sumOver(plant.sockets, ({ flow }) => (watts(flow) > 0 ? (flow.currentA[phase] as number) : 0)),
  };
}

function tellChargePoint({
  deviceId,
  socket,
  firmware,
}: Home['chargePoints'][number]): [string, ChargePointTruth] {
  return [
    deviceId,
    {
      carIsPlugged: socket.car.isPlugged,
      isCharging: socket.isCharging,
      isDischarging: socket.isDischarging,
      pilotA: socket.pilotA,
      carA: socket.car.drawA,
      socPercent: socket.car.socPercent,
      energyWh: socket.flow.totalImportWh(),
      dischargedWh: dischargedWh(socket),
      isFailSafe: firmware.isFailSafe,
      setpointWrites: firmware.setpointWrites,
      wearWrites: firmware.wearWrites,
      harmfulWrites: firmware.harmfulWrites,
      paceViolations: { ...firmware.paceViolations },
    },
  ];
}

function tellCeiling({ ledger }: Home, direction: Direction): CeilingTruth {
  return { ceilingA: ledger.ceilingA(direction), phases: ledger.excursions(direction) };
}

function dischargedWh({ flow }: ChargeSocket): number {
  return flow.totalExportWh();
}

function sumOver<T>(things: readonly T[], value: (thing: T) => number): number {
  return things.reduce((sum, thing) => sum + value(thing), 0);
}
