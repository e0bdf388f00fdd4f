import { KebaP30 } from './devices/kebaP30.ts';
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
  readonly generatorW: number;
  readonly carA: number;
}

interface ChargePointTruth {
  readonly carIsPlugged: boolean;
  readonly isCharging: boolean;
  readonly pilotA: number;
  readonly carA: number;
  readonly socPercent: number;
  readonly energyWh: number;
  readonly isFailSafe: boolean;
  readonly setpointWrites: number;
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
      generator: plant.generatorFlow.totalExportWh(),
      cars: plant.sockets.reduce((sumWh, socket) => sumWh + socket.flow.totalImportWh(), 0),
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
    generatorW: watts(plant.generatorFlow),
    carA: plant.sockets.reduce((sumA, socket) => sumA + (socket.flow.currentA[phase] as number), 0),
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
      pilotA: socket.pilotA,
      carA: socket.car.drawA,
      socPercent: socket.car.socPercent,
      energyWh: socket.flow.totalImportWh(),
      isFailSafe: firmware.isFailSafe,
      setpointWrites: firmware.setpointWrites,
      paceViolations: firmware instanceof KebaP30 ? { ...firmware.paceViolations } : { reads: 0, writes: 0 },
    },
  ];
}

function tellCeiling({ ledger }: Home, direction: Direction): CeilingTruth {
  return { ceilingA: ledger.ceilingA(direction), phases: ledger.excursions(direction) };
}
