/** Stands in each journal file, for whoever gets it without knowing what it is. */
export const HOW_TO_VERIFY: readonly string[] = [
  'This file is a part of the journal of a Loadgate gateway: what it measured, decided, was commanded and reported. One JSON value a line: this head, one line for each record, and the end.',
  'With Loadgate: loadgate journal verify FILE --key KEY, where KEY is the public key of the gateway from a source that you trust (its back office), not from this file. It needs nothing but the file and the key.',
  'By hand: of each record join previous, record, kind, fromUtcMs, untilUtcMs and the SHA-256 of its content with a line break (0x0A) between two; all hashes are SHA-256 over UTF-8 in 64 small hexadecimal digits. The SHA-256 of that text must be its hash; its previous must be the hash of the line before; its number one more.',
  'A record of the kind checkpoint holds a compact JWS (EdDSA, Ed25519) of the gateway: journalId, record and hash in its payload must fit. It vouches for everything up to that record. The gateway has sent the same text to its back office.',
  'The seal in the last line is a JWS too: headSha256 is the SHA-256 of this first line without its line break; first and last name the first and the last record.',
  'A record with erased has no content any more, since the household had it erased: its hash can only be compared with the previous of the line behind it. An erasure that the gateway has signed stands in the head, and covers the records up to its throughRecord.',
  'The content of a record of the kind command is the JWS of the command as it came, of a receipt the JWS that the gateway has sent, of decisions a JSON text: order names for each entry its group, and in that group shape is the entry with a 0 in each place, columns hold the values of the places in turn; a column {first, steps} is a first number and the difference to each next one.',
];
