/** Words for the status octets that an installer is likely to meet. */
const WORDS: Readonly<Record<number, string>> = {
  1: 'failed',
  2: 'invalid parameter',
  16: 'out of memory',
  17: 'buffer full',
  183: 'no acknowledgement from the device',
  184: 'already registered',
  194: 'no network',
  205: 'no route to the device',
  208: 'route discovery failed',
  225: 'the channel is busy',
  233: 'no acknowledgement from the next hop',
  240: 'the device did not fetch the message',
};

/** Source: Texas Instruments, Z-Stack Monitor and Test API (SWRA198), return values. */
export function describeMtStatus(status: number): string {
  const code = `0x${status.toString(16).padStart(2, '0')}`;
  const words = WORDS[status];
  return words === undefined ? `status ${code}` : `${words} (${code})`;
}
