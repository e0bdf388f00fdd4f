/** What is wrong with a profile: where, what was expected and found, what to do. */
export interface ProfileMistake {
  /** File name inside the profile directory. */
  readonly file: string;
  /** Place inside the file, such as `points["phaseCurrentA.L1"].unit`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** Takes a mistake of the file that is being looked at. */
export type Report = (mistake: Omit<ProfileMistake, 'file'>) => void;

/** A path of keys and indexes as a person writes it. */
export function formatPath(keys: readonly PropertyKey[]): string {
  let text = '';
  for (const key of keys) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `["${String(key)}"]`;
  }
  return text;
}
