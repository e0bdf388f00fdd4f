import { z } from 'zod';

/**
 * What the owner gets on asking for energy: `loadgate energy --json`, and the files of `loadgate data export`.
 * Energies are watt-hours; import is what flowed into the home or the load, export what came out of it.
 */

const instant = z.iso.datetime();
const energyWh = z.number().nonnegative();

const channelEnergySchema = z.strictObject({
  importWh: energyWh,
  exportWh: energyWh,
  /** How long the power was known; more than the time itself where the clock was set back. */
  coveredMs: z.number().nonnegative(),
  /** Absent while the power was not known at all. */
  meanW: z.number().exactOptional(),
  minimumW: z.number().exactOptional(),
  maximumW: z.number().exactOptional(),
});

export const energyRowSchema = z.strictObject({
  /** As a person calls it: 2026-01, 2026-01-05, or 2026-01-05 17:30 local time. */
  label: z.string(),
  from: instant,
  until: instant,
  /** Share of the recorded time in which the connection point was known; absent: nothing was recorded then. */
  knownShare: z.number().min(0).max(1).exactOptional(),
  /** By channel: `connection`, or `load.` and the id of the load. A channel that nobody measures is not there. */
  channels: z.record(z.string(), channelEnergySchema),
});

const notKnownSchema = z.strictObject({
  /** A code: stopped, endedWithoutWord, recordLost, recordFailed, deviceSilent, notRecorded, damaged, or of a fault. */
  cause: z.string(),
  sentence: z.string(),
  from: instant.exactOptional(),
  until: instant,
  channel: z.string().exactOptional(),
  durationMs: z.number().nonnegative().exactOptional(),
  /** What the meters' own registers say of the time. */
  energy: z.record(z.string(), z.strictObject({ importWh: energyWh, exportWh: energyWh })).exactOptional(),
  /** Where that energy is counted: in a row, only in the total, or nowhere in this report. */
  counted: z.enum(['row', 'sum', 'not']).exactOptional(),
});

const clockLevel = z.enum(['none', 'coarse', 'synced']);
const stampSchema = z.strictObject({ at: instant, clock: clockLevel });

export const sessionSchema = z.strictObject({
  number: z.int().positive(),
  loadId: z.string(),
  pluggedIn: stampSchema.exactOptional(),
  began: stampSchema,
  /** Absent: it goes on. */
  ended: stampSchema.exactOptional(),
  /** False: it ended unseen, after this instant. */
  isEndSeen: z.boolean(),
  importWh: energyWh,
  exportWh: energyWh,
  /** Time in which current flowed; clock steps do not count. */
  chargingMs: z.number().nonnegative(),
  maximumA: z.number().nonnegative(),
  events: z.array(
    z.strictObject({
      kind: z.enum(['start', 'stop', 'increase', 'decrease']),
      at: instant,
      clock: clockLevel,
      currentA: z.number().nonnegative(),
    }),
  ),
  /** Changes beyond those in the list. */
  moreChanges: z.int().nonnegative(),
  unseen: z.array(z.strictObject({ from: instant, until: instant, energyWh })),
});

export const energyReportSchema = z.strictObject({
  schema: z.literal('loadgate.energy/1'),
  timeZone: z.string(),
  /** What the record covers; absent: nothing was recorded yet. */
  recorded: z.strictObject({ from: instant, until: instant }).exactOptional(),
  channels: z.array(z.string()),
  rows: z.array(energyRowSchema),
  total: energyRowSchema,
  notKnown: z.array(notKnownSchema),
  sessions: z.array(sessionSchema),
});

export type EnergyReportBody = z.infer<typeof energyReportSchema>;
export type EnergyRowBody = z.infer<typeof energyRowSchema>;
export type SessionBody = z.infer<typeof sessionSchema>;
