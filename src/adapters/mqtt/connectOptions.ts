import type { ClientRequestArgs } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import type { MessageLabel } from '../../ports/bus.ts';
import type { Credentials } from './credentials.ts';
import type { LastWill } from './mqttBus.ts';

/** The broker forgets a gateway, and the commands that wait for it, after this long: they would be of no use. */
const SESSION_EXPIRY_S = 86_400;
/** A router that was switched off and on is back by then, and nobody was told of an absence. */
const WILL_DELAY_S = 120;
/** No command comes near this; larger packets are not sent to us by an MQTT 5 broker. */
const MOST_INBOUND_BYTES = 262_144;
const INBOUND_RECEIVE_MAXIMUM = 8;
/** The greetings of TLS alone are 1.6 kB up and 1.2 kB down: half a minute at 100 bytes a second. Nobody there: see session.ts. */
const ACCEPT_TIMEOUT_MS = 45_000;
/** Said here and not left to Node.js, whose defaults the environment can weaken (NODE_OPTIONS, NODE_TLS_REJECT_UNAUTHORIZED). */
const TLS = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;

export interface ConnectionWanted {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  readonly will?: LastWill;
  readonly keepaliveS: number;
  /** How many messages the broker may send before the first is acknowledged (MQTT 5). Default 8. */
  readonly receiveMaximum?: number;
}

/**
 * What the MQTT library is told for one connection.
 * @param onWebSocket the connection below a WebSocket, which the library keeps to itself
 */
export function connectOptionsOf(
  wanted: ConnectionWanted,
  credentials: Credentials,
  onWebSocket: (socket: Socket) => void,
): IClientOptions {
  const { clientId, protocolVersion, username, will, keepaliveS, receiveMaximum } = wanted;
  const isFive = protocolVersion === 5;
  return {
    ...credentials,
    ...TLS,
    // The library hands on to a WebSocket what it knows by name, and no minimum version.
    wsOptions: { ...TLS, perMessageDeflate: false, ...withOwnConnection(onWebSocket) },
    ...(username !== undefined && { username }),
    clientId,
    protocolVersion,
    clean: false,
    keepalive: keepaliveS,
    // Two bytes for each of the 65 536 numbers, made beforehand, would be seven megabytes.
    writeCache: false,
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: ACCEPT_TIMEOUT_MS,
    ...(will !== undefined && {
      will: {
        topic: will.topic,
        payload: Buffer.from(will.payload),
        qos: 1,
        retain: true,
        ...(isFive && { properties: { willDelayInterval: WILL_DELAY_S, ...labelProperties(will.label) } }),
      },
    }),
    ...(isFive && {
      properties: {
        sessionExpiryInterval: SESSION_EXPIRY_S,
        receiveMaximum: receiveMaximum ?? INBOUND_RECEIVE_MAXIMUM,
        maximumPacketSize: MOST_INBOUND_BYTES,
      },
    }),
  };
}

/** As properties of MQTT 5. */
export function labelProperties({ contentType, schema }: MessageLabel): {
  contentType: string;
  userProperties: { schema: string };
} {
  return { contentType, userProperties: { schema } };
}

function withOwnConnection(onWebSocket: (socket: Socket) => void): ClientRequestArgs {
  return {
    createConnection: (request) => {
      const host = request.host ?? '';
      // To TLS a path is that of a local socket, and an address is no name for SNI (RFC 6066 section 3).
      const name = isIP(host) === 0 && { servername: host };
      const socket = connectTls({ ...(request as ConnectionOptions), path: undefined, ...name });
      onWebSocket(socket);
      return socket;
    },
  };
}
