/** What a colour says: never alone, always beside a word. */
export type Tone = 'good' | 'warn' | 'bad' | 'action' | 'idle';
