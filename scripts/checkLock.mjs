// Says what in package.json and the lock would break `npm ci` on another machine, or let a version drift:
// an optional package without an entry, a download address, a range where an exact version belongs.
// `node scripts/checkLock.mjs [folder]`; exit code 1 when something was found. Plain JavaScript without
// packages, so that it runs before anything is installed.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const EXACT = /^\d+\.\d+\.\d+$/;
const folder = process.argv[2] ?? '.';

function readJson(name) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

/** A package may sit in its dependant or in any folder above it, as Node looks for it. */
function isLocked(packages, dependant, name) {
  for (let place = dependant; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    if (packages[posix.join(place, 'node_modules', name)] !== undefined) return true;
    if (place === '') return false;
  }
}

/** The same packages at the same versions; their order does not matter. */
function isSame(one = {}, other = {}) {
  const sorted = (entries) => JSON.stringify(Object.entries(entries).sort());
  return sorted(one) === sorted(other);
}

function findMistakes(manifest, { packages }) {
  const mistakes = [];
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (!EXACT.test(version)) mistakes.push(`package.json: ${name} is "${version}"; pin one exact version`);
    }
    if (!isSame(packages['']?.[kind], manifest[kind])) {
      mistakes.push(`package-lock.json: its ${kind} differ from package.json; run npm install`);
    }
  }
  for (const [place, entry] of Object.entries(packages)) {
    if (entry.resolved !== undefined) {
      mistakes.push(`package-lock.json: ${place} carries a download address; remove its "resolved"`);
    }
    if (place !== '' && entry.link !== true && entry.integrity === undefined) {
      mistakes.push(`package-lock.json: ${place} has no integrity; lock it again`);
    }
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!isLocked(packages, place, name)) {
        mistakes.push(
          `package-lock.json: ${place || 'the project'} wants ${name}, which has no entry; npm ci fails`,
        );
      }
    }
  }
  return mistakes;
}

const mistakes = findMistakes(readJson('package.json'), readJson('package-lock.json'));
for (const mistake of mistakes) console.error(mistake);
console.log(`lock: ${mistakes.length === 0 ? 'complete and exact' : `${mistakes.length} to mend`}`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
