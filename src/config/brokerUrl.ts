/** How an address of the broker is written, for whoever has written another. */
export const BROKER_URL_FORMS =
  'mqtt://host:port, mqtts://host:port or wss://host:port/path, without user and password';

export function isBrokerUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(value);
  if (hostname === '' || username !== '' || password !== '' || search !== '' || hash !== '') return false;
  // Only a WebSocket has a path.
  return protocol === 'wss:' || (['mqtt:', 'mqtts:'].includes(protocol) && /^\/?$/.test(pathname));
}
