/** Codes of PUBACK and SUBACK. Source: MQTT 5 sections 3.4.2.1 and 3.9.3; 128 is all that MQTT 3.1.1 has (3.9.3 there). */
const REASONS: Readonly<Record<number, string>> = {
  16: 'nobody is subscribed',
  128: 'the broker does not say why; look in its log',
  131: 'the broker has a rule of its own against it; look in its log',
  135: 'the access rules of the broker do not allow it for this gateway; its operator admits the gatewayId there',
  143: 'the broker does not allow such a topic filter; its operator checks the access rules',
  144: 'the broker does not allow such a topic; its operator checks the access rules',
  145: 'the broker still counts an earlier message under this number; it is tried again',
  151: 'the broker has no room left for this gateway; its operator raises the quota',
  153: 'the broker expects another format; its operator checks the rules for payloads',
  158: 'the broker has no shared subscriptions',
  161: 'the broker has no subscription identifiers',
  162: 'the broker has no wildcard subscriptions',
};

/** Why a message or a subscription was turned down, and who mends it. */
export function refusalSentence(code: number): string {
  return `${REASONS[code] ?? 'the broker refuses it'} (MQTT reason ${code})`;
}
