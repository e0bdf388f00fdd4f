import { z } from 'zod';
import { BROKER_URL_FORMS, isBrokerUrl } from './brokerUrl.ts';

const path = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'expected a path');
const brokerUrl = z.string().refine(isBrokerUrl, `expected an address ${BROKER_URL_FORMS}`);
const distributor = z.string().regex(/^\d{2}$/, 'expected the two digits of a distributor, such as "12"');

/** The settings of the desk as their file has them. */
export const deskSettingsSchema = z.strictObject({
  listen: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('address; any but a loopback one needs the TLS files'),
      port: z.int().min(0).max(65_535).default(8_790).describe('0: any that is free'),
      certificateFile: path.exactOptional().describe('certificate (PEM) that the desk shows to browsers'),
      keyFile: path
        .exactOptional()
        .describe('private key (PEM) of certificateFile, readable by the desk alone'),
    })
    .prefault({}),
  stateDirectory: path.describe('folder of the database; must survive a power cut'),
  usersFile: path.describe(
    'people with their roles; made by `loadgate desk user add`, readable by the desk alone',
  ),
  pagesDirectory: path
    .exactOptional()
    .describe('folder of the pages. Left out: the ones that come with Loadgate'),
  broker: z.strictObject({
    url: brokerUrl,
    fallbackUrls: z
      .array(brokerUrl)
      .min(1)
      .exactOptional()
      .describe('other addresses of the same broker, tried in this order when url fails. Left out: none'),
    clientId: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/)
      .default('loadgate-desk')
      .describe('the same in every life of the desk'),
    username: z.string().min(1).exactOptional(),
    passwordFile: path.exactOptional(),
    certificateAuthorityFile: path.exactOptional().describe("certificate (PEM) that signs the broker's own"),
    certificateFile: path.exactOptional(),
    keyFile: path.exactOptional(),
    connections: z
      .int()
      .min(1)
      .max(16)
      .default(8)
      .describe(
        'over how many connections messages come in, besides the one that publishes; from 2 on a shared subscription divides them',
      ),
  }),
  signingKeys: z
    .array(
      z.strictObject({
        distributor,
        keyFile: path.describe('private key (PEM, Ed25519), readable by the desk alone'),
        keyId: z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
          .exactOptional()
          .describe('as the trust bundle names it. Left out: the thumbprint of the key'),
      }),
    )
    .min(1)
    .refine(
      (keys) => new Set(keys.map((key) => key.distributor)).size === keys.length,
      'expected one key for each distributor',
    ),
  backOfficeKey: z
    .strictObject({
      keyFile: path.describe('private key (PEM, Ed25519) of the role backOffice, readable by the desk alone'),
      keyId: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
        .exactOptional()
        .describe('as the trust bundle names it. Left out: the thumbprint of the key'),
    })
    .exactOptional()
    .describe(
      'with it the desk asks gateways for records that are missing, and speaks to them about consent. Left out: it only shows both',
    ),
  certificates: z
    .strictObject({
      authorityFile: path.describe(
        'certificate (PEM) of the authority that signs those of gateways; behind it, where it is not the root, those up to the root',
      ),
      authorityKeyFile: path.describe('its private key (PEM), readable by the desk alone'),
      days: z.int().min(1).max(825).default(365).describe('for how long a certificate is good'),
    })
    .exactOptional()
    .describe(
      'with it, and with backOfficeKey, the desk renews the certificates of gateways. Left out: it does not answer them',
    ),
  rootKeysFile: path
    .exactOptional()
    .describe(
      'public keys (PEM, Ed25519) of the root of trust: a bundle that none of them signed is not published',
    ),
  consent: z
    .strictObject({
      longestSeconds: z
        .int()
        .min(60)
        .max(86_400)
        .default(7_200)
        .describe('longest restriction at once that households agreed to'),
      longestInDaySeconds: z.int().min(60).max(86_400).default(7_200).describe('longest in any 24 hours'),
    })
    .prefault({}),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** For rehearsals with simulated homes alone. */
  simulation: z
    .strictObject({
      speed: z
        .number()
        .min(0.1)
        .max(100)
        .default(1)
        .describe('everything that keeps time runs this many times as fast'),
    })
    .prefault({}),
});

/** What the desk is told. All paths are absolute. */
export type DeskSettings = z.output<typeof deskSettingsSchema>;
