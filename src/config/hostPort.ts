export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, an IPv6 address in brackets. @returns undefined when it is anything else */
export function splitHostPort(text: string): HostPort | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
