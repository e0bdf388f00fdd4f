import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gatewayRun } from '../bench/streams.ts';

it('a recorder and sender that is killed while it records and while it sends brings every record to the broker', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-streams-'));
  try {
    const { acknowledged, lost, writtenBytes } = await gatewayRun(folder, 300);
    expect(acknowledged).toBe(300);
    expect(lost).toBe(0);
    // Records of 1 kB, each in a transaction of its own.
    expect(writtenBytes).toBeLessThan(300 * 20_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
