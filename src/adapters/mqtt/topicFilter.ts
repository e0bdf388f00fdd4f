/** Whether a topic is one that a subscription asks for: `+` stands for one level, `#` for all that follow (MQTT 5 section 4.7). */
export function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const found = topic.split('/');
  const all = wanted.indexOf('#');
  if (all === -1 && wanted.length !== found.length) return false;
  const compared = all === -1 ? wanted : wanted.slice(0, all);
  return (
    found.length >= compared.length &&
    compared.every((level, index) => level === '+' || level === found[index])
  );
}
