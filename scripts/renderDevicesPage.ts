import { FED_BY, modelFactsOf } from '../src/discovery/modelFacts.ts';
import { describeSetting } from '../src/discovery/wire.ts';
import type { Profile } from '../src/profiles/profile.ts';

type Data = Profile['data'];
type Link = Data['link'];

const KINDS: readonly (readonly [Data['kind'], string])[] = [
  ['chargePoint', 'Charge points'],
  ['meter', 'Meters'],
  ['inverter', 'Inverters'],
  ['relay', 'Relays and inputs'],
];

/** The page of all devices that drivers/ describes: a table for each kind, then a section for each device. */
export function renderDevicesPage(profiles: readonly Profile[]): string {
  const ofKind = (kind: Data['kind']): readonly Profile[] =>
    profiles.filter(({ data }) => data.kind === kind);
  const tables = KINDS.map(
    ([kind, title]) =>
      `## ${title}\n\n${tableOf(ofKind(kind))}${kind === 'chargePoint' ? switchersOf(ofKind(kind)) : ''}`,
  );
  const sections = KINDS.flatMap(([kind]) => ofKind(kind).map(sectionOf));
  return `# Devices

What Loadgate knows how to read and command, and what each device does by itself when the gateway dies. Every profile has
been tried against a simulated device that was written from the maker's facts by somebody else; none against the real one.

- **Confidence** is that of the sources: the maker's own document, two that agree, or one alone.
- **Safe** means that a dead gateway leaves the load within what was planned. **NOT SAFE** means that it keeps its last
  set-point or goes to full power: never let such a device be the only guard of a limit.

\`loadgate devices\` shows the same of the devices of a site, and whether their guard was set and verified. This page is
written by \`npm run docs\` from \`drivers/\`; [drivers/README.md](../drivers/README.md) says how to add one.

${tables.join('\n\n')}

## Each device

${sections.join('\n\n')}
`;
}

function tableOf(profiles: readonly Profile[]): string {
  const rows = profiles.map((profile) => {
    const { data, id } = profile;
    return [`\`${id}\``, nameOf(data), linkText(data.link), data.confidence, safetyOf(profile)];
  });
  const head = ['profile', 'device', 'link', 'confidence', 'when the gateway dies'];
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(inCell).join(' | ')} |`)
    .join('\n');
}

function switchersOf(profiles: readonly Profile[]): string {
  const able = profiles.filter(({ data }) => data.commands.setPhases !== undefined);
  const names = able.map(({ id }) => `\`${id}\``).join(', ');
  return `\n\nThe gateway may switch these between one phase and three, where the site plan says so: ${names}.`;
}

/** A maker's name is often part of the model's already. */
function nameOf({ maker, model }: Data): string {
  return model.startsWith(maker) ? model : `${maker} ${model}`;
}

function safetyOf(profile: Profile): string {
  const { isCommanded, watchdog } = modelFactsOf(profile);
  if (!isCommanded) return 'only read';
  return watchdog.isSafe ? 'safe' : '**NOT SAFE**';
}

function sectionOf(profile: Profile): string {
  const { data, id } = profile;
  const { isCommanded, watchdog, fallback } = modelFactsOf(profile);
  const guard = !isCommanded
    ? []
    : [
        `- When the gateway dies: ${watchdog.isSafe ? 'safe' : '**NOT SAFE**'}: ${sentence(watchdog.fallsTo)}`,
        `- Its own guard is fed by: ${sentence(FED_BY[watchdog.fedBy])}`,
        `- Fall-back current and time-out: ${fallback === 'settable' ? 'set at each contact, verified and watched.' : 'nothing that could be set.'}`,
      ];
  return [
    `### ${id}\n`,
    `${nameOf(data)}, ${data.confidence}.\n`,
    `- Link: ${[data.link, ...(data.otherLinks ?? [])].map(linkText).join('; or ')}.`,
    ...guard,
    ...(data.requires ?? []).map(({ why }) => `- Before it is used: ${sentence(why)}`),
    ...data.quirks.map((quirk) => `- ${sentence(quirk)}`),
    ...data.sources.map(
      ({ title, edition, where }) =>
        `- Source: ${sentence([title, edition, where].filter((part) => part !== undefined).join(', '))}`,
    ),
  ].join('\n');
}

function linkText(link: Link): string {
  if (link.transport === 'rtu') return `RTU ${describeSetting(link)}, unit ${link.unit}`;
  const clients =
    link.clients === undefined ? '' : `, ${link.clients} client${link.clients === 1 ? '' : 's'} at once`;
  return `TCP ${link.port}, unit ${link.unit}${clients}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
