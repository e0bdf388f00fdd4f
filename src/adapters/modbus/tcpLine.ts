import { connect } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ModbusLine } from '../../ports/modbusLine.ts';
import type { Connect } from './connection.ts';
import { GuardedLine } from './guardedLine.ts';
import { DEFAULT_LINE_OPTIONS, type LineOptions } from './lineOptions.ts';
import { TcpProtocol } from './tcpProtocol.ts';

export interface TcpLineOptions extends LineOptions {
  /** A connection that is not made by then is given up and tried anew. */
  readonly connectTimeoutMs?: number;
}

export interface TcpLinePlan {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly options?: TcpLineOptions;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Idle time after which the system asks whether the peer is still there. */
const KEEP_ALIVE_MS = 10_000;

/**
 * A Modbus TCP device. Returns at once; connects, and connects again after a loss, in the background.
 * Transactions tell a late reply from the next one; a reply that does not fit, half a reply or a missing one (from a
 * gateway with several units: some in a row) ends the connection. There is never more than one connection: many devices serve a single client.
 */
export function openTcpLine({ host, port, clock, log, options = {} }: TcpLinePlan): ModbusLine {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, ...lineOptions } = options;
  const reconnectMs = options.reconnectMs ?? DEFAULT_LINE_OPTIONS.reconnectMs;
  return new GuardedLine({
    name: `${host}:${port}`,
    clock,
    log,
    options: { ...DEFAULT_LINE_OPTIONS, ...lineOptions },
    protocol: new TcpProtocol({ isReconnectCostly: reconnectMs > 0 }),
    connect: connectTcp(host, port, connectTimeoutMs, clock),
    findMistake: () => undefined,
  });
}

function connectTcp(host: string, port: number, connectTimeoutMs: number, clock: Clock): Connect {
  return ({ opened, received, lost }) => {
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    let why = 'the device closed the connection';
    let isByPeer = false;
    const cancelTimeout = clock.after(connectTimeoutMs, () => {
      why = `no connection within ${connectTimeoutMs} ms; check address and network of the device`;
      socket.destroy();
    });
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        cancelTimeout();
        resolve();
        lost({ detail: why, isByPeer });
      });
    });
    socket.once('connect', () => {
      cancelTimeout();
      opened();
    });
    socket.on('data', received);
    socket.on('end', () => {
      isByPeer = true;
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      isByPeer = error.code === 'ECONNRESET';
      why = `${describeSocketError(error)} (${error.message})`;
    });
    return {
      send: (bytes) => socket.write(bytes),
      close: () => {
        socket.destroy();
        return closed;
      },
    };
  };
}

function describeSocketError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the device refuses the connection; check the port and that Modbus is switched on in the device';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'the device cannot be reached; check address, cable and supply';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name of the device is not known; check it or use the address';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the device dropped the connection';
    default:
      return 'the connection failed';
  }
}
