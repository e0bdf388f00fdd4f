import { isHomeAddress } from './internetAddress.ts';
import { type Evidence, hasSpoken, type Observations } from './observations.ts';
import { describeConnect, describeDates, describeName } from './seenWords.ts';
import type { Verdict } from './verdict.ts';

/** The rungs inside the house, and the broadband: what the household can put its hand on. */

export function judgeLink({ links }: Observations, evidence: Evidence): Verdict {
  const seen = links.map(({ name, isPhysical, isWireless, isUp, hasCarrier }) => {
    const kind = isWireless ? 'Wi-Fi' : isPhysical ? 'cable' : 'virtual';
    const carrier = !isUp ? 'switched off' : hasCarrier === undefined ? 'does not say' : hasCarrier;
    return `${name} (${kind}): ${carrier === true ? 'connected' : carrier === false ? 'not connected' : carrier}`;
  });
  if (evidence.isOnBox) return { cause: 'link-not-needed', seen };
  // A bridge of containers stays up whatever happens to the cable.
  const physical = links.filter(({ isPhysical }) => isPhysical);
  const candidates = physical.length > 0 ? physical : links;
  const isProven = evidence.hasBrokerAnswered || candidates.some(({ hasCarrier }) => hasCarrier === true);
  if (isProven) return { cause: 'link-up', seen };
  if (candidates.length === 0) return { cause: 'link-no-interface', seen: ['no interface besides loopback'] };
  if (candidates.every(({ isUp }) => !isUp)) return { cause: 'link-switched-off', seen };
  const isUnseen = candidates.some(({ isUp, hasCarrier }) => isUp && hasCarrier === undefined);
  return { cause: isUnseen ? 'link-unseen' : 'link-no-carrier', seen };
}

export function judgeAddress({ addresses, links, routers }: Observations, evidence: Evidence): Verdict {
  const seen = addresses.map(({ interface: name, address, prefixLength, isLease, isLinkLocal }) => {
    const origin = isLinkLocal ? ', given to itself' : isLease ? ', by DHCP' : '';
    return `${name}: ${address}/${prefixLength}${origin}`;
  });
  if (evidence.isOnBox) return { cause: 'address-not-needed', seen };
  const physical = links.filter(({ isPhysical }) => isPhysical).map(({ name }) => name);
  const outward = [...physical, ...routers.map((router) => router.interface)];
  const counted = addresses.filter((each) => physical.length === 0 || outward.includes(each.interface));
  if (evidence.hasBrokerAnswered || counted.some(({ isLinkLocal }) => !isLinkLocal)) {
    return { cause: 'address-global', seen };
  }
  const isSelfAssigned = counted.some(({ family }) => family === 4);
  return {
    cause: isSelfAssigned ? 'address-self-assigned' : 'address-none',
    seen: seen.length === 0 ? ['no address besides loopback'] : seen,
  };
}

export function judgeRouter({ routers, names }: Observations, evidence: Evidence): Verdict {
  const seen = routers.map(({ interface: name, family, router, answer }) => {
    const answers = {
      answers: 'answers',
      silent: 'silent',
      notTried: 'not tried',
      cannotBeTold: 'cannot be told',
    };
    return `default route (IPv${family}) over ${name}${router === undefined ? '' : ` by ${router}`}: ${answers[answer]}`;
  });
  if (evidence.isInHome) return { cause: 'router-not-needed', seen };
  const answering = (names?.resolvers ?? []).filter(({ outcome }) => hasSpoken(outcome.kind));
  const isResolver = answering.some(({ resolver }) => routers.some(({ router }) => router === resolver));
  const isProven = isResolver || (evidence.hasBrokerAnswered && !evidence.isCaptive);
  if (isProven || routers.some(({ answer }) => answer === 'answers'))
    return { cause: 'router-answers', seen };
  if (routers.length === 0) return { cause: 'router-none', seen: ['no default route'] };
  const areSilent = routers.every(({ answer }) => answer === 'silent');
  return { cause: areSilent ? 'router-silent' : 'router-unseen', seen };
}

export function judgeDns(observed: Observations, evidence: Evidence): Verdict {
  const { names, broker, tried } = observed;
  if (names === undefined) return { cause: 'dns-not-needed', seen: [`broker.url names ${broker?.host}`] };
  const { system, resolvers } = names;
  const seen = [
    `${broker?.host} by this box: ${describeName(system)}`,
    ...resolvers.map(
      ({ resolver, outcome, tookMs }) => `by ${resolver}: ${describeName(outcome)} (${tookMs} ms)`,
    ),
  ];
  const has = (kind: string): boolean => resolvers.some(({ outcome }) => outcome.kind === kind);
  if (system.kind === 'addresses') {
    if (evidence.isCaptive) {
      const home = tried.map(({ address }) => address).filter(isHomeAddress);
      return { cause: 'dns-captive', seen: [...seen, `only addresses of home networks: ${home.join(', ')}`] };
    }
    // A name of the hosts file or of mDNS is unknown to every resolver alike, and that is no fault.
    const isElsewhere = resolvers.every(({ outcome }) => outcome.kind === 'noSuchName');
    const areAllGood = resolvers.every(({ outcome }) => outcome.kind === 'addresses');
    return { cause: isElsewhere || areAllGood ? 'dns-resolves' : 'dns-some-fail', seen };
  }
  if (has('addresses')) return { cause: 'dns-system-broken', seen };
  if (resolvers.length === 0) return { cause: 'dns-no-resolver', seen };
  if (has('noSuchName')) return { cause: 'dns-no-such-name', seen };
  if (evidence.isOutsideSilent) return { cause: 'dns-behind-wan', seen };
  return { cause: has('refused') ? 'dns-refuses' : 'dns-silent', seen };
}

export function judgeClock({ now, tls, identity, broker }: Observations, evidence: Evidence): Verdict {
  const level = { none: 'never set', coarse: 'not synchronised', synced: 'synchronised' }[now.clockLevel];
  const shown = tls?.kind === 'handshake' ? [{ of: 'broker', ...tls.certificate }] : [];
  const own = identity.kind === 'usable' ? [{ of: 'gateway', ...identity }] : [];
  const dated = [...shown, ...own];
  const seen = [
    `clock: ${new Date(now.utcMs).toISOString()}, ${level}`,
    ...dated.map((each) => `certificate of the ${each.of}: ${describeDates(each, now.utcMs)}`),
  ];
  if (now.clockLevel === 'synced') return { cause: 'clock-synced', seen };
  if (dated.some(({ fromUtcMs }) => fromUtcMs > now.utcMs)) return { cause: 'clock-behind', seen };
  const isProven =
    shown.some(({ untilUtcMs }) => untilUtcMs >= now.utcMs) ||
    (evidence.isAccepted && broker?.isEncrypted === true);
  return { cause: isProven ? 'clock-plausible' : 'clock-doubtful', seen };
}

export function judgeWan({ tried, check, remembered, names }: Observations, evidence: Evidence): Verdict {
  const isFromMemory = names !== undefined && names.system.kind !== 'addresses' && remembered.length > 0;
  const seen = [
    ...(check === undefined ? [] : [`network.checkAddress: ${describeConnect(check)}`]),
    ...(isFromMemory && tried.length > 0 ? ['the broker was tried where it was last found'] : []),
    ...(evidence.hasOutsideAnswered ? ['something outside answered'] : ['nothing outside answered']),
  ];
  if (evidence.isInHome) return { cause: 'wan-not-needed', seen: [] };
  if (evidence.hasOutsideAnswered) return { cause: 'wan-reached', seen };
  const outcomes = [...tried, ...(check === undefined ? [] : [check])].map(({ outcome }) => outcome.kind);
  const areUnreachable = outcomes.length > 0 && outcomes.every((kind) => kind === 'unreachable');
  if (areUnreachable) return { cause: 'wan-unreachable', seen };
  return { cause: evidence.isOutsideSilent ? 'wan-silent' : 'wan-unproven', seen };
}
