import type { NoticeForm } from '../logic/noticeForm.ts';

/** What each group of fields gets from the page. */
export interface FieldsProps {
  readonly form: NoticeForm;
  readonly set: (change: Partial<NoticeForm>) => void;
  /** What is to be said at the field of this path; nothing before the person has been there. */
  readonly mistake: (path: string) => string | undefined;
}
