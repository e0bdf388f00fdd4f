import type { Fault } from '../../../firmware-sim/faults.ts';
import type { Home } from '../../../firmware-sim/home.ts';

/** Faults and cars of a house that stands in the same process. */
export function setFault(home: Home, deviceId: string, fault: Fault, atMs: number): void {
  const device = home.devices[deviceId];
  if (device === undefined) {
    throw new Error(`the home has no device ${deviceId}; it has ${Object.keys(home.devices).join(', ')}`);
  }
  const refusal = device.setFault(fault, atMs);
  if (refusal !== undefined) throw new Error(refusal);
}

export function clearFaults(home: Home, atMs: number): void {
  for (const device of Object.values(home.devices)) device.clearFaults(atMs);
}

/** @param deviceId the first charge point when absent */
export function moveCar(home: Home, move: 'plugIn' | 'plugOut', deviceId: string | undefined): void {
  const chargePoint =
    deviceId === undefined
      ? home.chargePoints[0]
      : home.chargePoints.find((one) => one.deviceId === deviceId);
  if (chargePoint === undefined) throw new Error(`the home has no charge point ${deviceId}`);
  chargePoint.socket.car[move]();
}
