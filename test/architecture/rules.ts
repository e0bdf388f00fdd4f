/** What a file may import from outside of the project: nothing, anything, or the packages named. */
type Outside = 'none' | 'any' | readonly string[];

export interface RoomRule {
  /** Path of the room from the project's root: a folder, or one file. The longest match counts. */
  readonly room: string;
  /** Rooms whose files may be imported, besides its own. */
  readonly mayImport: readonly string[];
  /** Of these only types. */
  readonly typesOnlyFrom?: readonly string[];
  /** May it import Node's own modules? */
  readonly node: boolean;
  readonly packages: Outside;
  /** Not even through others: a room, `node:` or `npm:`. */
  readonly neverReaches: readonly string[];
  /** Where a walk for neverReaches ends: the room that is allowed to know more. */
  readonly exceptThrough?: readonly string[];
  /** May it import by a computed specifier, which no walk can follow? */
  readonly computedImports?: boolean;
  readonly why: string;
}

const ADAPTER_IMPORTS = ['src/domain', 'src/ports'] as const;
const ADAPTER_NEVER_REACHES = [
  'src/core',
  'src/gateway',
  'src/sync',
  'src/contract',
  'src/config',
  'src/cli',
];

function adapter(name: string, packages: Outside, alsoImports: readonly string[] = []): RoomRule {
  return {
    room: `src/adapters/${name}`,
    mayImport: [...ADAPTER_IMPORTS, ...alsoImports],
    node: true,
    packages,
    neverReaches: ADAPTER_NEVER_REACHES,
    why: 'One technology behind a port; no adapter knows another',
  };
}

/** The one table of who may import whom. docs/architecture.md is generated from it (`npm run docs`). */
function composeRow(room: string, alsoImports: readonly string[], why: string): RoomRule {
  return {
    room,
    mayImport: [
      ...alsoImports,
      'src/domain',
      'src/core',
      'src/ports',
      'src/contract',
      'src/profiles',
      'src/discovery',
      'src/network',
      'src/adapters',
      'src/gateway',
      'src/sync',
      'src/config',
      'src/cli',
      'src/version.ts',
    ],
    typesOnlyFrom: ['src/cli'],
    node: true,
    packages: 'none',
    neverReaches: ['firmware-sim'],
    why,
  };
}

export const RULES: readonly RoomRule[] = [
  {
    room: 'src/domain',
    mayImport: [],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'npm:'],
    why: 'The words; they mean the same everywhere',
  },
  {
    room: 'src/core',
    mayImport: ['src/domain'],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'npm:'],
    why: 'Pure judgement: the same input gives the same decision on any machine',
  },
  {
    room: 'src/ports',
    mayImport: ['src/domain'],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'npm:'],
    why: 'Doors: what the gateway needs, in its own words',
  },
  {
    room: 'src/contract',
    mayImport: ['src/domain'],
    node: false,
    packages: ['zod'],
    neverReaches: ['node:'],
    why: 'The language on the wire; a browser can read it as well',
  },
  {
    room: 'src/usage',
    mayImport: ['src/domain', 'src/ports'],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'npm:'],
    why: 'The account of energy, pure: what the owner can look up',
  },
  {
    room: 'src/profiles',
    mayImport: ['src/domain', 'src/ports'],
    node: true,
    packages: ['zod'],
    neverReaches: ['src/core', 'src/gateway', 'firmware-sim'],
    why: 'Reads drivers/ into read plans and command plans',
  },
  adapter('modbus', ['jsmodbus', 'serialport'], ['src/profiles']),
  adapter('han', ['serialport']),
  adapter('mqtt', ['mqtt']),
  adapter('broker', ['aedes']),
  adapter('sqlite', ['better-sqlite3']),
  {
    room: 'src/adapters/deskStore',
    mayImport: ['src/domain', 'src/ports', 'src/backoffice'],
    typesOnlyFrom: ['src/backoffice'],
    node: true,
    packages: ['better-sqlite3'],
    neverReaches: ['src/core', 'src/gateway', 'src/sync', 'src/config', 'src/cli'],
    why: 'The database of the desk, behind the stores that its workflows ask for',
  },
  adapter('systemd', 'none'),
  adapter('http', 'none'),
  adapter('system', 'none'),
  adapter('pino', ['pino']),
  adapter('jose', ['jose']),
  adapter('network', 'none'),
  adapter('x509', ['@peculiar/x509', 'reflect-metadata']),
  adapter('backupFile', 'none'),
  {
    room: 'src/gateway',
    mayImport: ['src/domain', 'src/core', 'src/ports', 'src/contract', 'src/usage'],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'src/adapters', 'src/sync', 'src/config', 'firmware-sim'],
    why: 'The running shell: everything outside comes through a port',
  },
  {
    room: 'src/discovery',
    mayImport: ['src/domain', 'src/ports', 'src/profiles'],
    node: false,
    packages: 'none',
    neverReaches: ['src/adapters', 'src/core', 'src/gateway', 'src/cli', 'firmware-sim'],
    why: 'Finds and names devices by reading alone; the wire comes through a port',
  },
  {
    room: 'src/network',
    mayImport: ['src/domain', 'src/ports', 'src/contract'],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'src/adapters', 'src/core', 'src/gateway', 'src/sync', 'firmware-sim'],
    why: 'Names the rung of the way to the back office that broke; all looking comes through a port',
  },
  {
    room: 'src/sync',
    mayImport: ['src/domain', 'src/contract', 'src/ports'],
    node: false,
    packages: ['zod'],
    neverReaches: ['node:', 'src/adapters', 'src/core', 'src/gateway', 'firmware-sim'],
    why: 'The postman; the control cycle never waits for it',
  },
  {
    room: 'src/backoffice',
    mayImport: ['src/domain', 'src/contract', 'src/ports'],
    node: false,
    packages: 'none',
    neverReaches: [
      'node:',
      'src/adapters',
      'src/core',
      'src/gateway',
      'src/sync',
      'src/config',
      'firmware-sim',
    ],
    why: 'The other side of the broker: it shares the wire and the words with a gateway, and nothing else',
  },
  {
    room: 'src/config',
    mayImport: ['src/domain', 'src/profiles', 'src/contract'],
    node: true,
    packages: ['convict', 'zod'],
    neverReaches: ['src/adapters', 'src/core', 'src/gateway', 'firmware-sim'],
    why: 'Files, environment and arguments into one checked value',
  },
  {
    room: 'src/ui',
    mayImport: ['src/contract'],
    typesOnlyFrom: ['src/contract'],
    node: false,
    packages: ['preact'],
    neverReaches: ['node:', 'src/gateway', 'src/core', 'src/adapters'],
    why: 'Runs in a browser and knows only what is on the wire',
  },
  composeRow('src/compose', [], 'Its parts: lines, devices, uplink, what the local socket shows'),
  composeRow(
    'src/composeDesk.ts',
    ['src/compose', 'src/backoffice'],
    'The desk: here its ports meet adapters',
  ),
  composeRow(
    'src/compose.ts',
    ['src/compose', 'src/composeDesk.ts'],
    'The only place where ports meet adapters; of the commands it knows only what they ask of it',
  ),
  {
    room: 'src/cli',
    mayImport: [
      'src/domain',
      'src/core',
      'src/ports',
      'src/contract',
      'src/profiles',
      'src/discovery',
      'src/network',
      'src/usage',
      'src/gateway',
      'src/sync',
      'src/config',
      'src/compose.ts',
    ],
    node: true,
    packages: ['commander'],
    neverReaches: ['src/adapters', 'firmware-sim'],
    exceptThrough: ['src/compose.ts'],
    why: 'Commands; technology only by way of compose.ts',
  },
  {
    room: 'src/main.ts',
    mayImport: ['src/cli', 'src/compose.ts', 'src/config', 'src/domain', 'src/version.ts'],
    node: true,
    packages: 'none',
    neverReaches: ['src/adapters', 'firmware-sim'],
    exceptThrough: ['src/compose.ts'],
    why: 'Starts the command line',
  },
  {
    room: 'src/version.ts',
    mayImport: [],
    node: true,
    packages: 'none',
    neverReaches: ['firmware-sim'],
    why: 'Reads the version of the package',
  },
  {
    room: 'src/loadgate.mjs',
    mayImport: ['src/main.ts'],
    node: true,
    packages: 'none',
    neverReaches: ['firmware-sim'],
    computedImports: true,
    why: 'Checks the runtime before anything is loaded, with a sentence where it is too old',
  },
  {
    room: 'firmware-sim',
    mayImport: [],
    node: true,
    packages: 'any',
    neverReaches: ['src', 'drivers'],
    why: 'The other transcription of the makers’ facts: it meets ours only on the wire',
  },
  {
    room: 'drivers',
    mayImport: [],
    node: false,
    packages: 'none',
    neverReaches: ['node:', 'npm:', 'firmware-sim'],
    why: 'Data: profiles are read as files, never imported',
  },
];
