/** An exit code and what it says to a script; the numbers follow sysexits.h where it has a word for the case. */
export interface ExitCodeEntry {
  readonly code: number;
  readonly meaning: string;
  readonly nextStep: string;
}

/** All exit codes of `loadgate`. docs/exit-codes.md is checked against this table by a test. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'Done, or stopped in order', nextStep: 'Nothing' },
  wrongUsage: {
    code: 64,
    meaning: 'The command line is wrong: an unknown command or option, or a value that cannot be read',
    nextStep: 'See `loadgate --help` or `loadgate <command> --help`',
  },
  replayDifference: {
    code: 65,
    meaning: 'A decision of the journal came out differently when it was decided again',
    nextStep: 'Keep the state directory and report the difference that was printed',
  },
  unknownProfile: {
    code: 66,
    meaning: 'The only mistake is that the site plan names device profiles that do not exist',
    nextStep: 'Correct the name, or add the profile to the profiles folder',
  },
  nothingFound: {
    code: 67,
    meaning: 'The journal holds no record of that time, or nothing of that notice (`journal`, `evidence`)',
    nextStep: 'Check the interval or the id; `loadgate journal show` lists what a journal file holds',
  },
  deviceUnreachable: {
    code: 68,
    meaning: 'A device, or the line or network that it is on, cannot be reached (`read`, `scan`)',
    nextStep: 'Check supply, cable and address; the message says what was found',
  },
  gatewayNotRunning: {
    code: 69,
    meaning: 'No gateway answers on the local socket, or no desk at its address',
    nextStep: 'Start it, or name its runtime directory or its address',
  },
  defect: {
    code: 70,
    meaning: 'Loadgate itself failed; the devices fall back by themselves',
    nextStep: 'Report the lines on the standard error output',
  },
  portInUse: {
    code: 71,
    meaning: 'A gateway, or another program, holds the socket, port or line that is needed',
    nextStep:
      'Stop it, or choose another runtime directory or address; `loadgate devices` asks a running gateway',
  },
  runtimeTooOld: {
    code: 72,
    meaning: 'This Node.js cannot run Loadgate',
    nextStep: 'Use `npm start`, or install the version that the message names',
  },
  storeUnavailable: {
    code: 74,
    meaning:
      'The state or runtime directory cannot be written (`check`), or a signature or a key file (`sign-plan`, `keys`), or the journal or a journal file cannot be opened, read to its end or written (`replay`, `whatif`, `journal`, `evidence`), or the record or a backup (`backup`, `restore`)',
    nextStep: 'Check the path, the rights and the disk; the message says where a damaged journal goes on',
  },
  childDied: {
    code: 75,
    meaning: 'A process of the demonstration, the home or the gateway, ended by itself',
    nextStep: 'Read its last lines on the standard error output',
  },
  notUnderstood: {
    code: 76,
    meaning: 'Something answers on the local socket, but not as this version expects',
    nextStep: 'Use the `loadgate` command of the same version as the running gateway',
  },
  notDone: {
    code: 77,
    meaning:
      'The gateway, or the desk, did not do what was asked (`boost`, `ready-by`, `hours`, `reset-lockout`, `join`, `desk`), or a backup would overwrite something (`backup`, `restore`)',
    nextStep: 'Read the sentence: it says why and what to do',
  },
  wrongConfiguration: {
    code: 78,
    meaning: 'The settings, the site plan, a device profile, a key file or a trust bundle hold mistakes',
    nextStep: 'Read the message; `loadgate check` names all mistakes of a configuration',
  },
  journalNotWhole: {
    code: 79,
    meaning:
      'A journal file is not what a gateway recorded: changed, cut, reordered, or of another key (`journal`)',
    nextStep: 'Keep the file; everything before the record that was named is proven, nothing from there on',
  },
  backOfficeUnreachable: {
    code: 80,
    meaning: 'A rung of the way to the back office is broken (`network`)',
    nextStep: 'Do what stands beside that rung; it says whose job it is',
  },
  outOfService: {
    code: 81,
    meaning: 'The gateway of this state directory was taken out of service (`decommission`)',
    nextStep: 'Nothing; to begin a new one there, remove the file that the message names',
  },
  backupDamaged: {
    code: 82,
    meaning:
      'A backup file is damaged, cut off, none of this program, or its passphrase is another one (`restore`)',
    nextStep: 'Read the sentence: it names what and where; take another backup. Nothing was put in place',
  },
  interrupted: {
    code: 130,
    meaning:
      'Interrupted: a second signal cut an orderly stop short, or a scan or a bounded demonstration did not reach its end',
    nextStep: 'Run `loadgate status`, or run it again',
  },
} as const satisfies Record<string, ExitCodeEntry>;

export type ExitName = keyof typeof EXIT_CODES;
