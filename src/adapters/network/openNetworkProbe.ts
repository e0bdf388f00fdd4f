import type { Clock } from '../../ports/clock.ts';
import type { NetworkProbe } from '../../ports/network.ts';
import { connectTo } from './connectTo.ts';
import { lookAtRouters } from './lookAtRouters.ts';
import { lookUpName, readResolvers } from './lookUpName.ts';
import { type OwnFilePaths, readIdentity, readOwnFiles } from './ownFiles.ts';
import { readAddresses } from './readAddresses.ts';
import { readLinks } from './readLinks.ts';
import { shakeHands } from './shakeHands.ts';

export interface NetworkProbeOptions {
  /** Asked at each look: a certificate that was renewed lies elsewhere. */
  readonly files: () => OwnFilePaths;
  readonly clock: Clock;
  /** Where /sys, /proc, /run, /var and /etc lie. Default: /. */
  readonly root?: string;
  /** Addresses, with a port where it is not 53. Default: those of the system. */
  readonly resolvers?: readonly string[];
}

/** Looks at the network with nothing but the rights of an ordinary user. */
export function openNetworkProbe({ clock, root = '/', resolvers, files }: NetworkProbeOptions): NetworkProbe {
  return {
    links: () => readLinks(root),
    addresses: () => readAddresses(root),
    routers: (withinMs) => lookAtRouters(root, clock, withinMs),
    names: (host, withinMs) => lookUpName(host, resolvers ?? readResolvers(root), clock, withinMs),
    connect: (address, port, withinMs) => connectTo(address, port, clock, withinMs),
    tls: async (place, address, withinMs) => {
      try {
        return await shakeHands(place, address, readOwnFiles(files()), clock, withinMs);
      } catch (error) {
        return { kind: 'noAuthority', detail: error instanceof Error ? error.message : String(error) };
      }
    },
    identity: () => readIdentity(files()),
  };
}
