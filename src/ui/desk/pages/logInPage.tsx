import { useState } from 'preact/hooks';
import type { Session } from '../../../contract/desk.ts';
import type { Api, RefusalBody } from '../../shared/api.ts';
import { useTitle } from '../../shared/hooks.ts';
import { TextField } from '../../shared/parts/field.tsx';
import { Note, RefusalNote } from '../../shared/parts/words.tsx';

interface LogInProps {
  readonly api: Api;
  /** A session has just come to its end. */
  readonly isOver: boolean;
  readonly onSession: (session: Session) => Promise<void>;
}

export function LogInPage({ api, isOver, onSession }: LogInProps) {
  useTitle('Log in');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<RefusalBody>();

  async function logIn(event: Event): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    setIsBusy(true);
    const found = await api.post<Session>('login', { user, password });
    if (found.ok) {
      await onSession(found.value);
      return;
    }
    setIsBusy(false);
    setPassword('');
    setRefusal(found.refusal);
  }

  return (
    <main class="alone">
      <form class="card stack" onSubmit={logIn}>
        <div>
          <h1>Loadgate desk</h1>
          <p class="muted">Emergency restriction notices of the distributor</p>
        </div>
        {isOver && refusal === undefined && (
          <Note tone="warn">Your session is over. Log in to go on; nothing that was saved is lost.</Note>
        )}
        <RefusalNote refusal={refusal} />
        <TextField
          id="user"
          name="Name"
          value={user}
          onValue={setUser}
          input={{ autoComplete: 'username', autoCapitalize: 'none', spellcheck: false, required: true }}
        />
        <TextField
          id="password"
          name="Password"
          value={password}
          onValue={setPassword}
          input={{ type: 'password', autoComplete: 'current-password', required: true }}
        />
        <button type="submit" class="button main" disabled={isBusy}>
          {isBusy ? 'Looking …' : 'Log in'}
        </button>
        <p class="muted small">Everything that is done here is recorded with your name.</p>
      </form>
    </main>
  );
}
