import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measurement } from './report.ts';

const DAY_MS = 86_400_000;
const TARGET_MB = 50;
const PATIENCE_MS = 900_000;

interface Written {
  readonly diskBytes: number;
  readonly writeBytes: number;
  readonly databaseBytes: number;
}

/** What the record costs the storage medium in a day of decisions each second and telemetry each ten. */
export async function measureDisk(folder: string, simulatedMs: number): Promise<Measurement> {
  const child = fileURLToPath(import.meta.resolve('./diskChild.ts'));
  // The child puts its database where temporary files go: beside everything else of this run.
  const { stdout } = await promisify(execFile)(process.execPath, [child, `${simulatedMs}`], {
    env: { ...process.env, TMPDIR: folder },
    timeout: PATIENCE_MS,
  });
  const written: Written = JSON.parse(stdout);
  const megabytesPerDay = (bytes: number): number => (bytes * DAY_MS) / simulatedMs / 1_000_000;
  const isOnDisk = written.diskBytes > 0;
  const counted = isOnDisk
    ? 'counted by the system as sent to the disk (write_bytes of /proc/self/io)'
    : 'this file system counts nothing as sent to a disk; the bytes handed to write() are taken instead (wchar)';
  const hours = simulatedMs / 3_600_000;
  const scaled = simulatedMs === DAY_MS ? '' : `; ${hours} h were simulated and scaled up to a day`;
  return {
    ok: true,
    title: 'disk',
    figures: [
      {
        name: 'written per simulated day',
        unit: 'MB',
        gateway: megabytesPerDay(isOnDisk ? written.diskBytes : written.writeBytes),
        target: TARGET_MB,
      },
      { name: 'of that handed to write()', unit: 'MB', gateway: megabytesPerDay(written.writeBytes) },
      { name: 'database after it', unit: 'MB', gateway: written.databaseBytes / 1_000_000 },
    ],
    notes: [`${counted}${scaled}`],
  };
}
