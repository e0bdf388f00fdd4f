/**
 * All faults the gateway can name. One table: the code, the command line, the pages and the
 * documentation read it (docs/faults.md is checked against it by a test).
 */
export interface FaultEntry {
  /** A short sentence for a person. */
  readonly title: string;
  /** What the gateway does about it by itself. */
  readonly effect: string;
  /** What an operator does next. */
  readonly nextStep: string;
}

export const FAULTS = {
  'meter-stale': {
    title: 'The meter has not given a fresh reading in time',
    effect: 'No load may grow; after the hold time the loads behind this meter go to their safe posture',
    nextStep:
      'Check the meter supply and its bus with `loadgate status`; look at the wiring and the terminator',
  },
  'meter-frozen': {
    title: 'The meter repeats the very same reading',
    effect: 'The reading is treated as unknown; the loads behind this meter go to their safe posture',
    nextStep: 'Power-cycle the meter; if it repeats, replace it',
  },
  'not-yet-read': {
    title: 'The device has not been read since the gateway started',
    effect:
      'Charge points behind it have at most their fall-back current; after the hold time the safe posture follows',
    nextStep: 'Wait for the first readings; if it stays, check the address of the device in the site plan',
  },
  'device-timeout': {
    title: 'The device did not answer in time',
    effect: 'Its values are unknown, which counts as the worst case; the line backs off for this device only',
    nextStep: 'Check supply, unit number, baud rate and parity against the site plan',
  },
  'device-offline': {
    title: 'No connection to the device or its line',
    effect: 'Its values are unknown, which counts as the worst case; the connection is retried with back-off',
    nextStep: 'Check that the serial port or the network address in the site plan exists and is free',
  },
  'device-exception': {
    title: 'The device refused the request with a Modbus exception',
    effect: 'The value stays unknown or the command unconfirmed',
    nextStep: 'Check that the profile in the site plan fits the model and firmware of the device',
  },
  'device-bad-reply': {
    title: 'The device answered, but not with one complete and matching frame',
    effect: 'The reply is thrown away; the value is unknown',
    nextStep: 'Look for noise, missing termination or two devices with one unit number',
  },
  'device-unfit': {
    title: 'The device answers, but is not set up as its profile needs it',
    effect: 'Nothing of it is believed and nothing is written to it; it is looked at again each half minute',
    nextStep: 'Read the sentence in `loadgate devices` or in the log: it says what to change at the device',
  },
  'write-refused': {
    title: 'The profile of the device does not allow this write',
    effect: 'Nothing is sent',
    nextStep: 'This is a defect of the profile or the site plan: run `loadgate check`',
  },
  'reading-implausible': {
    title: 'A reading lies outside of what is physically possible here',
    effect: 'The reading is treated as unknown',
    nextStep: 'Check the profile, the phase order and the current transformers',
  },
  'setpoint-not-confirmed': {
    title: 'The charge point does not report the current it was told',
    effect: 'The command is repeated; the higher of both counts as in force',
    nextStep: 'Check for a second controller (app, OCPP, external load management) on the charge point',
  },
  'switch-not-confirmed': {
    title: 'The load switch does not report the position it was told',
    effect: 'The command is repeated; the worse position counts as in force',
    nextStep: 'Check the relay, its supply and the contactor for a stuck contact',
  },
  'phases-not-confirmed': {
    title: 'The charge point does not report the number of phases it was told',
    effect:
      'It counts as on all three phases; it is told again, after a pause, when the rest between two switchings has passed',
    nextStep:
      'Check that phase switching is enabled and wired at the charge point, and that nobody else switches its phases',
  },
  'load-exceeds-setpoint': {
    title: 'The load draws, or the generator gives, more than it was told',
    effect: 'What is measured counts; other loads make room',
    nextStep:
      'Check a charge point for its fall-back mode, a contactor for a welded contact, and the phase order in the site plan',
  },
  'load-not-drawing': {
    title: 'The switch is closed and its load has drawn nothing for a day',
    effect: 'None: the load may have as much as before; it is only reported',
    nextStep:
      'Look for a missing contactor, a tripped protective device or a load that has been switched off',
  },
  'fallback-not-set': {
    title: 'The device does not hold the fall-back current and time-out of the site plan',
    effect: 'The settings are written again; until they are read back the load is not widened',
    nextStep: 'Check the fall-back registers with the maker; never rely on this device alone',
  },
  'store-failed': {
    title: 'The record could not be written',
    effect: 'Nothing widens; narrowing goes on',
    nextStep: 'Check that the state directory is writable and the disk is not full or read-only',
  },
  'store-set-aside': {
    title: 'The database was damaged and has been set aside',
    effect: 'A new one was begun; the home starts from the safe posture, random delays run in full',
    nextStep: 'Send the file that was set aside to support; check the storage medium',
  },
  'store-slow': {
    title: 'Writing the record takes longer than a control cycle',
    effect:
      'Nothing is measured or commanded while a write lasts; writes are made seldom, and nothing widens between them',
    nextStep: 'Replace the card before it fails: docs/backup.md; look for another program that writes much',
  },
  'store-from-backup': {
    title: 'The record was restored from a backup; what came since is not known',
    effect: 'Every load stays in its safe posture, and what rests on consent is left out',
    nextStep:
      'Ask the back office what is in force, confirm the consent anew, then `loadgate acknowledge`; docs/backup.md',
  },
  'cycle-overrun': {
    title: 'A control cycle took too long',
    effect: 'The watchdogs of the devices are not fed by it',
    nextStep: 'Check the load of the box; look for another program that uses the processor',
  },
  'clock-unset': {
    title: 'The wall clock has not been set',
    effect: 'Releases that wait for a clock time wait on running time instead',
    nextStep: 'Check time synchronisation of the box',
  },
  'upload-refused': {
    title: 'The broker refuses the messages of this gateway',
    effect: 'Nothing is lost: they wait in the outbox and are tried again with growing pauses',
    nextStep:
      'Read the reason in the log; check the access rules of the broker and that the back office is subscribed',
  },
  'commands-not-granted': {
    title: 'The broker does not let this gateway hear a topic that it needs',
    effect:
      'The limits hold, but nothing that the back office says there arrives; it is asked for again at every connection',
    nextStep:
      'The operator of the broker compares its access rules with docs/broker.md; the topic is the subject of this fault',
  },
  'broker-not-acknowledging': {
    title: 'The broker takes messages but does not acknowledge them',
    effect:
      'Nothing is lost: the connection is made anew after 20 s without an acknowledgement, and what waits in the outbox is sent again',
    nextStep:
      'The operator of the broker looks at its load, its disk and its log; the box itself has nothing to mend',
  },
  'certificate-ends-soon': {
    title: 'The certificate of this gateway at the broker ends within 30 days and has not been renewed',
    effect: 'None yet: the gateway goes on asking the back office for a new one, where it may',
    nextStep:
      'Run `loadgate certificate`: it says why no new one has come; the operator of the back office looks for the request in its audit trail',
  },
  'certificate-ends-within-days': {
    title: 'The certificate of this gateway at the broker ends within 7 days and has not been renewed',
    effect: 'None yet: the gateway goes on asking the back office for a new one, where it may',
    nextStep:
      'Run `loadgate certificate`: it says why no new one has come; plan to put a new certificate and key in place by hand before the day',
  },
  'certificate-expired': {
    title: 'The certificate of this gateway at the broker has expired',
    effect:
      'The limits hold; nothing is lost, but the broker lets nobody in by it: what is to be sent waits in the outbox',
    nextStep:
      'Put a new certificate and its key in place of broker.certificateFile and broker.keyFile; no restart is needed (docs/certificates.md)',
  },
  'certificate-not-taken': {
    title: 'A new certificate of this gateway came, and could not be taken',
    effect: 'The one in use stays; a new one is asked for again, with pauses',
    nextStep:
      'Run `loadgate certificate`: it says what was wrong with it; the operator of the back office or of the broker mends that',
  },
  'back-office-unreachable': {
    title: 'The way to the back office is broken at the rung that is named',
    effect:
      'The limits hold without it, and nothing is lost: what is to be sent waits in the outbox; the connection is tried again with growing pauses',
    nextStep: 'Run `loadgate network`: it says what is wrong there, what to do and whose job it is',
  },
} as const satisfies Record<string, FaultEntry>;

export type FaultCode = keyof typeof FAULTS;

/** A fault in force: which one, about which device, meter, load or part, and since when. */
export interface Fault {
  readonly code: FaultCode;
  readonly subject: string;
  readonly sinceMs: number;
}
