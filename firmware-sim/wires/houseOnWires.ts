import type { Home } from '../home.ts';
import type { ScaledTime } from '../scaledTime.ts';
import { ModbusRtuLine } from './modbusRtu.ts';
import { ModbusTcpServer } from './modbusTcp.ts';

/** Where a master finds a device. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly unit: number }
  | {
      readonly kind: 'serial';
      readonly path: string;
      readonly baudRate: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
      readonly unit: number;
    };

export interface HouseOnWires {
  /** By device id. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  close(): Promise<void>;
}

/**
 * Puts every device of a home on its wire.
 * @param tcpPortBase port of the first TCP device, counting up; 0 lets the system choose each
 */
export async function putOnWires(home: Home, time: ScaledTime, tcpPortBase: number): Promise<HouseOnWires> {
  const endpoints: Record<string, Endpoint> = {};
  const opened: { close(): void | Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((wire) => wire.close()));
  };
  try {
    for (const line of home.spec.lines) {
      const specs = home.spec.devices.filter(({ lineId }) => lineId === line.lineId);
      const wire = new ModbusRtuLine(
        line,
        specs.flatMap(({ deviceId }) => home.devices[deviceId] ?? []),
        time,
      );
      opened.push(wire);
      const { baudRate, parity, stopBits } = line;
      for (const { deviceId, unit } of specs) {
        endpoints[deviceId] = { kind: 'serial', path: wire.path, baudRate, parity, stopBits, unit };
      }
    }
    let port = tcpPortBase;
    for (const { deviceId, unit, lineId } of home.spec.devices) {
      const device = home.devices[deviceId];
      if (lineId !== undefined || device === undefined) continue;
      const server = new ModbusTcpServer(device, time);
      endpoints[deviceId] = { kind: 'tcp', host: server.host, port: await server.listen(port), unit };
      opened.push(server);
      if (tcpPortBase !== 0) port += 1;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoints, close };
}
