import type { AuditStore } from './audit/trail.ts';
import type { CertificateStore } from './certificates/store.ts';
import type { ConsentStore } from './consent/store.ts';
import type { NoticeStore } from './notices/store.ts';
import type { RegistryStore } from './registry/store.ts';
import type { UsageStore } from './usage/store.ts';

/** All that the desk keeps, in one database, so that what belongs together is written together. */
export interface DeskStore
  extends RegistryStore,
    NoticeStore,
    AuditStore,
    UsageStore,
    ConsentStore,
    CertificateStore {
  /** One transaction, on the disk when it returns; nothing of it when `work` throws. Calls inside it join it. */
  transaction<T>(work: () => T): T;
  /** Something that is remembered under a name, such as the trust bundle that was last published. */
  remembered(name: string): string | undefined;
  remember(name: string, value: string): void;
  close(): void;
}
