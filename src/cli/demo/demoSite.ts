import { deratedA } from '../../config/circuitTree.ts';
import type { SerialLine, SitePlan } from '../../domain/sitePlan.ts';
import type { Endpoints } from './simulatedHome.ts';

/** The example site plan with the addresses at which the simulated devices answer. */
export function connectSite(plan: SitePlan, endpoints: Endpoints): SitePlan {
  const devices = plan.devices.map((device) => {
    const endpoint = endpoints[device.deviceId];
    if (endpoint === undefined) throw new Error(`the simulated home has no device ${device.deviceId}`);
    if (endpoint.kind === 'serial') return { ...device, unit: endpoint.unit };
    const { host, port, unit } = endpoint;
    return { ...device, unit, connection: { kind: 'tcp', host, port } as const };
  });
  const lines = plan.lines.map((line): SerialLine => {
    const onLine = plan.devices.find(
      ({ connection }) => connection.kind === 'serial' && connection.lineId === line.lineId,
    );
    const endpoint = onLine === undefined ? undefined : endpoints[onLine.deviceId];
    if (endpoint?.kind !== 'serial') return line;
    const { path, baudRate, parity, stopBits } = endpoint;
    return { lineId: line.lineId, path, baudRate, parity, stopBits };
  });
  return { ...plan, devices, lines };
}

export interface Ceilings {
  readonly importCeilingA: number;
  readonly exportCeilingA?: number;
}

/** What may flow at the connection point, by the narrower of rating and agreement. */
export function ceilingsOf(plan: SitePlan): Ceilings {
  const connectionPoint = plan.circuits.find((circuit) => circuit.parentId === undefined);
  if (connectionPoint === undefined) throw new Error('the site plan has no connection point');
  const { maximumImportLimitA, maximumExportLimitA } = connectionPoint;
  const ratedA = deratedA(connectionPoint);
  return {
    importCeilingA: Math.min(ratedA, maximumImportLimitA ?? ratedA),
    ...(maximumExportLimitA !== undefined && { exportCeilingA: Math.min(ratedA, maximumExportLimitA) }),
  };
}
