/** Passwords, as they are kept: by a hash that is dear to try. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** False for a wrong password, and for a hash that is none. Takes as long for either. */
  isRight(password: string, hash: string): Promise<boolean>;
}

/** SHA-256 of a text in UTF-8, 64 hexadecimal digits in small letters. */
export type Sha256 = (text: string) => string;
