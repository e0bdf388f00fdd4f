import { BROKER_URL_FORMS, isBrokerUrl } from './brokerUrl.ts';
import { splitHostPort } from './hostPort.ts';

/** How a setting is read and judged. */
export interface SettingKind {
  readonly expected: string;
  /** A value as it came from a file, or text from the environment or the arguments, becomes the value; or stays. */
  readonly coerce: (value: unknown) => unknown;
  readonly accepts: (value: unknown) => boolean;
}

export interface SettingRow {
  readonly doc: string;
  readonly kind: SettingKind;
  /** Absent: it must be set. `null`: it may stay unset, and the documentation says what that means. */
  readonly default?: string | number | boolean | null;
}

const same = (value: unknown): unknown => value;

/** Text from the environment or an argument becomes a number only when it is one to the last character. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function wholeNumber(least: number, most: number, unit: string): SettingKind {
  return {
    expected: `a whole number of ${unit} from ${least} to ${most}`,
    coerce: toNumber,
    accepts: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

function oneOf(...values: readonly string[]): SettingKind {
  return {
    expected: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
    coerce: same,
    accepts: (value) => typeof value === 'string' && values.includes(value),
  };
}

const name: SettingKind = {
  expected:
    'a name of 1 to 64 small letters, digits and hyphens, beginning with a letter or digit, and not "areas" or "trust"',
  coerce: same,
  accepts: (value) => typeof value === 'string' && /^(?!(areas|trust)$)[a-z0-9][a-z0-9-]{0,63}$/.test(value),
};

export const PATH_KIND: SettingKind = {
  expected: 'a path',
  coerce: same,
  accepts: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
};

const text: SettingKind = {
  expected: 'a text that is not empty',
  coerce: same,
  accepts: (value) => typeof value === 'string' && value !== '',
};

const brokerUrl: SettingKind = {
  expected: `an address ${BROKER_URL_FORMS}`,
  coerce: same,
  accepts: isBrokerUrl,
};

/** A list in a file, a text with commas anywhere. */
const brokerUrls: SettingKind = {
  expected: `a list of addresses ${BROKER_URL_FORMS}`,
  coerce: (value) => (typeof value === 'string' ? value.split(',').map((url) => url.trim()) : value),
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isBrokerUrl),
};

const hostPort: SettingKind = {
  expected: 'an address host:port',
  coerce: same,
  accepts: (value) => typeof value === 'string' && splitHostPort(value) !== undefined,
};

const speed: SettingKind = {
  expected: 'a number from 0.1 to 100',
  coerce: toNumber,
  accepts: (value) => typeof value === 'number' && value >= 0.1 && value <= 100,
};

/**
 * Every setting of the gateway, by its place in the file. The environment variable and the argument follow from
 * the place: `broker.url` is LOADGATE_BROKER_URL and --broker-url. docs/configuration.md is checked against it.
 */
export const SETTINGS = {
  gatewayId: {
    doc: 'Name of this gateway; part of every MQTT topic, so no two gateways share one.',
    kind: name,
  },
  sitePlan: { doc: 'File of the site plan: what stands in the house and what it can bear.', kind: PATH_KIND },
  sitePlanKeysFile: {
    doc: 'Public keys (PEM, Ed25519) of those who may sign the site plan: with it, the gateway starts with no other plan. Unset: the plan needs no signature.',
    kind: PATH_KIND,
    default: null,
  },
  profilesDirectory: {
    doc: 'Folder of the device profiles. Unset: the ones that come with Loadgate.',
    kind: PATH_KIND,
    default: null,
  },
  stateDirectory: {
    doc: 'Folder of the database: journal, memory and outbox. Must survive a power cut.',
    kind: PATH_KIND,
    default: '/var/lib/loadgate',
  },
  runtimeDirectory: {
    doc: 'Folder of the local socket `loadgate.sock`, where `loadgate status` asks.',
    kind: PATH_KIND,
    default: '/run/loadgate',
  },
  'broker.url': {
    doc: 'MQTT broker of the back office. Unset: the gateway runs without one, its outbox is kept on disk.',
    kind: brokerUrl,
    default: null,
  },
  'broker.fallbackUrls': {
    doc: 'Other addresses of the same back office, tried in this order when `broker.url` fails; where the last good connection was comes first from then on. `wss://host/mqtt` (port 443) gets through most firewalls. In the environment and arguments with commas between. Unset: none.',
    kind: brokerUrls,
    default: null,
  },
  'broker.protocolVersion': {
    doc: 'Version of MQTT to speak.',
    kind: oneOf('5', '3.1.1'),
    default: '5',
  },
  'broker.username': { doc: 'User name at the broker. Unset: none is sent.', kind: text, default: null },
  'broker.passwordFile': {
    doc: 'File that holds the password at the broker, readable by the gateway alone. Unset: none is sent.',
    kind: PATH_KIND,
    default: null,
  },
  'broker.certificateAuthorityFile': {
    doc: "Certificate (PEM) that signs the broker's own. Unset: the authorities known to Node.js.",
    kind: PATH_KIND,
    default: null,
  },
  'broker.certificateFile': {
    doc: 'Certificate (PEM) by which the gateway shows who it is; with `broker.keyFile`. Unset: none is shown.',
    kind: PATH_KIND,
    default: null,
  },
  'broker.keyFile': {
    doc: 'Private key (PEM) of `broker.certificateFile`, readable by the gateway alone.',
    kind: PATH_KIND,
    default: null,
  },
  'broker.clientAuthorityFile': {
    doc: 'Certificates (PEM) of the authority that signs those of gateways: a renewed one must be signed by it. Unset: `broker.certificateAuthorityFile`; with neither no renewal is asked for.',
    kind: PATH_KIND,
    default: null,
  },
  'broker.renewalDays': {
    doc: 'Days before the end of `broker.certificateFile` at which the back office is asked for a new one at the latest; sooner when a third of its life is left. 0: it is not asked.',
    kind: wholeNumber(0, 366, 'days'),
    default: 30,
  },
  'trust.rootKeysFile': {
    doc: 'Public keys (PEM, Ed25519) of the root of trust, which says whose commands count. Unset: no command of the back office is obeyed.',
    kind: PATH_KIND,
    default: null,
  },
  'trust.bundleFile': {
    doc: 'Trust bundle of the enrolment: the keys that may give commands, signed by a root key. Unset: only one that comes by the broker.',
    kind: PATH_KIND,
    default: null,
  },
  'identity.keyFile': {
    doc: 'Private key (PEM, Ed25519) by which this gateway signs its receipts and its journal; made at the first start. Unset: `identity.key` in the state directory.',
    kind: PATH_KIND,
    default: null,
  },
  'network.checkAddress': {
    doc: 'A server outside (host:port) that tells a broadband that is down from a broker that is: `loadgate network` opens a TCP connection there and closes it again. Unset: nobody but the broker and the resolvers of the system is contacted.',
    kind: hostPort,
    default: null,
  },
  logLevel: {
    doc: 'Least level of log lines that are written to the standard error output.',
    kind: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
  },
  'cycle.intervalMs': {
    doc: 'Time between two regular control cycles. A crossing of a ceiling is met at once all the same.',
    kind: wholeNumber(200, 2_000, 'milliseconds'),
    default: 1_000,
  },
  'journal.segmentMs': {
    doc: 'Decisions without a command are gathered for this long before they go to the disk; those with one go at once.',
    kind: wholeNumber(1_000, 600_000, 'milliseconds'),
    default: 45_000,
  },
  'journal.keepDays': {
    doc: 'Days for which `loadgate replay` can decide again what was decided.',
    kind: wholeNumber(1, 366, 'days'),
    default: 14,
  },
  'outbox.mostMegabytes': {
    doc: 'Most that messages waiting for the broker take on the disk; a usual home writes 2.6 MB a day. When it is full the finest telemetry gives way first, receipts and events never.',
    kind: wholeNumber(4, 100_000, 'megabytes'),
    default: 128,
  },
  'outbox.keepDays': {
    doc: 'Days for which messages that the broker has taken are kept, so that the back office can ask for them again, as far as `outbox.mostMegabytes` has room for them.',
    kind: wholeNumber(0, 366, 'days'),
    default: 7,
  },
  'telemetry.intervalMs': {
    doc: 'Time between two telemetry messages to the back office.',
    kind: wholeNumber(1_000, 3_600_000, 'milliseconds'),
    default: 60_000,
  },
  'simulation.speed': {
    doc: 'For simulated homes only: everything that keeps time runs this many times as fast. At real devices it must be 1.',
    kind: speed,
    default: 1,
  },
} as const satisfies Record<string, SettingRow>;

export type SettingPath = keyof typeof SETTINGS;

export const SETTING_PATHS = Object.keys(SETTINGS) as readonly SettingPath[];

export function settingRow(path: SettingPath): SettingRow {
  return SETTINGS[path];
}

/** broker.url -> LOADGATE_BROKER_URL */
export function environmentVariableOf(path: SettingPath): string {
  return `LOADGATE_${words(path).join('_').toUpperCase()}`;
}

/** broker.url -> broker-url, without the leading hyphens */
export function argumentOf(path: SettingPath): string {
  return words(path).join('-').toLowerCase();
}

function words(path: SettingPath): readonly string[] {
  return path.replace(/([A-Z])/g, '.$1').split('.');
}
