#!/usr/bin/env node
// The way in. Plain JavaScript without a static import of ours, so that a runtime that is too old gets a
// sentence: it cannot read TypeScript, and the database addon takes it down without any message.
import { existsSync } from 'node:fs';

/** Same as `runtimeTooOld` in cli/exitCodes.ts, which cannot be read here. */
const RUNTIME_TOO_OLD = 72;

/**
 * What this runtime lacks, as one sentence; nothing when it will do.
 * @param {{ node: string, napi?: string }} versions as in process.versions
 * @param {{ isBundled: boolean, stripsTypes: boolean }} entry
 */
function whatRuntimeLacks(versions, entry) {
  const [major, minor, patch] = versions.node.split('.').map(Number);
  const isSupported =
    major >= 26 ||
    (major === 24 && minor >= 15) ||
    (major === 22 && (minor > 22 || (minor === 22 && patch >= 2)));
  const wanted =
    'Loadgate needs Node.js 22.22.2 or later of line 22, 24.15 or later of line 24, or 26 and later';
  const toDo = 'use `npm start` or `npx` in its folder, which bring their own, or install Node.js 24';
  if (!isSupported) return `${wanted}; this is ${versions.node}; ${toDo}.`;
  if (Number(versions.napi) < 10)
    return `${wanted}; this build offers Node-API ${versions.napi}, not 10; ${toDo}.`;
  if (!entry.isBundled && !entry.stripsTypes) {
    return `${wanted}; this build was told not to read TypeScript; remove --no-strip-types (see NODE_OPTIONS).`;
  }
  return undefined;
}

const bundled = new URL('./main.mjs', import.meta.url);
const isBundled = existsSync(bundled);
const lack = whatRuntimeLacks(process.versions, {
  isBundled,
  stripsTypes: Boolean(process.features.typescript),
});
if (lack === undefined) {
  import(isBundled ? bundled.href : new URL('./main.ts', import.meta.url).href);
} else {
  process.stderr.write(`loadgate: ${lack}\n`);
  process.exitCode = RUNTIME_TOO_OLD;
}
