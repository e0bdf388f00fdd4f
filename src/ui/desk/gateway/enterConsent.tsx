import { useState } from 'preact/hooks';
import type { ConsentRequestReport, ConsentWish, HomeConsent } from '../../../contract/desk.ts';
import { Ask, Tick } from '../../shared/parts/ask.tsx';
import { Field, TextField } from '../../shared/parts/field.tsx';
import { useDesk } from '../context.ts';
import { ACTION_WORDS, PURPOSE_WORDS } from '../logic/recordWords.ts';

interface EnterConsentProps extends Pick<HomeConsent, 'purposes'> {
  readonly gatewayId: string;
  readonly onClose: () => void;
}

/** What somebody of the household told the back office, by telephone or on paper. */
export function EnterConsent({ gatewayId, purposes, onClose }: EnterConsentProps) {
  const { api } = useDesk();
  const [purpose, setPurpose] = useState(purposes[0]?.purpose ?? 'chargingData');
  const [action, setAction] = useState<ConsentWish['action']>('withdrawn');
  const [person, setPerson] = useState('main');
  const [text, setText] = useState('');
  const [evidence, setEvidence] = useState('');
  const [isMeant, setIsMeant] = useState(false);
  const needsEvidence = action === 'given';

  async function enter() {
    const body = {
      purpose,
      action,
      person: person.trim(),
      ...(text.trim() === '' ? {} : { textVersion: text.trim() }),
      ...(evidence.trim() === '' ? {} : { evidence: evidence.trim() }),
    };
    const path = `gateways/${encodeURIComponent(gatewayId)}/consents`;
    const done = await api.post<ConsentRequestReport>(path, body);
    return done.ok ? undefined : done.refusal;
  }

  return (
    <Ask
      title="Enter what somebody said"
      verb="Send it to the gateway"
      tone="main"
      isReady={isMeant && (!needsEvidence || evidence.trim() !== '')}
      onDo={enter}
      onClose={onClose}
    >
      <p>It is signed and sent to the gateway, which answers with an entry of its own. No names here.</p>
      <Field id="purpose" name="Purpose">
        <select
          id="purpose"
          class="input"
          value={purpose}
          onChange={(event) => setPurpose(event.currentTarget.value as typeof purpose)}
        >
          {purposes.map((each) => (
            <option key={each.purpose} value={each.purpose}>
              {PURPOSE_WORDS[each.purpose]}
            </option>
          ))}
        </select>
      </Field>
      <Field id="action" name="The person">
        <select
          id="action"
          class="input"
          value={action}
          onChange={(event) => setAction(event.currentTarget.value as ConsentWish['action'])}
        >
          {Object.entries(ACTION_WORDS).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      <TextField
        id="person"
        name="Who"
        hint="main, driver-2, driver-3 and so on"
        value={person}
        onValue={setPerson}
      />
      <TextField
        id="text"
        name="Version of the text"
        hint="Empty: the one that was announced or spoken about last"
        value={text}
        onValue={setText}
      />
      <TextField
        id="evidence"
        name="Evidence"
        hint={`A reference, such as form-0017; ${needsEvidence ? 'needed to agree' : 'may be left empty'}`}
        value={evidence}
        onValue={setEvidence}
      />
      <Tick isTicked={isMeant} onTick={setIsMeant}>
        The person has said so, and was told what it means.
      </Tick>
    </Ask>
  );
}
