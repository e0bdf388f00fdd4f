/** Whoever restarts the gateway when it hangs (systemd). Fed only by a finished cycle. */
export interface Supervisor {
  ready(statusText: string): void;
  alive(statusText: string): void;
  stopping(): void;
}
