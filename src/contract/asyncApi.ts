import { type MessageName, SIGNED_BY_THE_GATEWAY, schemaFileOf } from './messages.ts';
import { MOST_SIGNED_BYTES, TOPICS, type TopicEntry, type TopicName, topicAddressOf } from './topics.ts';

const ASYNCAPI_VERSION = '3.0.0';
/** Which meta schema the schemas of the messages are written by. */
const SCHEMA_FORMAT = 'application/schema+json;version=draft-2020-12';
const MQTT_BINDING_VERSION = '0.2.0';

/** RFC 7515, compact serialisation. */
const COMPACT_JWS = '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$';

/** Under this key stand the schemas of what a compact JWS carries: the payload of a whole message, or of `body.jws`. */
const JWS_PAYLOADS_KEY = 'x-jws-payloads';

/**
 * The topics and messages of a gateway as an AsyncAPI document, seen from the gateway: what goes up it sends.
 * @param schemaFolder where the schemas of the messages lie, seen from where the document does
 * @returns plain data of AsyncAPI 3.0.0
 */
export function asyncApiOf(schemaFolder: string): unknown {
  const names = Object.keys(TOPICS) as TopicName[];
  const each = (describe: (name: TopicName, topic: TopicEntry) => object): object =>
    Object.fromEntries(names.map((name) => [name, describe(name, TOPICS[name])]));
  const carried = [...new Set(names.flatMap(schemasOf))];
  return {
    asyncapi: ASYNCAPI_VERSION,
    info: {
      title: 'Loadgate',
      version: '1',
      description:
        'What a gateway and a back office say to each other over MQTT 5 or 3.1.1. Everything goes at QoS 1; what comes down is signed.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: each((name, topic) => ({
      address: topicAddressOf(name),
      description: topic.purpose,
      ...parametersOf(topic),
      messages: Object.fromEntries(
        schemasOf(name).map((schema) => [keyOf(schema), refTo(`components/messages/${keyOf(schema)}`)]),
      ),
    })),
    operations: each((name, topic) => ({
      action: topic.direction === 'up' ? 'send' : 'receive',
      channel: refTo(`channels/${name}`),
      summary: topic.purpose,
      bindings: { mqtt: mqttBindingOf(topic) },
    })),
    components: {
      parameters: {
        gatewayId: { description: 'The name of a gateway: 1 to 64 small letters, digits and hyphens' },
        areaId: { description: 'A feeder or a substation; those of a home stand in its site plan' },
      },
      messages: Object.fromEntries(carried.map((name) => [keyOf(name), messageOf(name, schemaFolder)])),
    },
  };
}

function parametersOf({ of }: TopicEntry): object {
  if (of === 'all') return {};
  const name = of === 'area' ? 'areaId' : 'gatewayId';
  return { parameters: { [name]: refTo(`components/parameters/${name}`) } };
}

function mqttBindingOf({ isRetained, expiryS }: TopicEntry): object {
  return {
    qos: 1,
    retain: isRetained,
    ...(expiryS === undefined ? {} : { messageExpiryInterval: expiryS }),
    bindingVersion: MQTT_BINDING_VERSION,
  };
}

function messageOf(name: MessageName, schemaFolder: string): object {
  const schemaOf = (of: MessageName): object => ({ $ref: `${schemaFolder}/${schemaFileOf(of)}` });
  const isSigned = Object.values(TOPICS).some(
    ({ isSigned, schemas }: TopicEntry) => isSigned && schemas.includes(name),
  );
  const payloads = name === 'loadgate.signed/1' ? SIGNED_BY_THE_GATEWAY : isSigned ? [name] : [];
  return {
    name,
    contentType: isSigned ? 'application/jose' : 'application/json',
    payload: isSigned
      ? { type: 'string', pattern: COMPACT_JWS, maxLength: MOST_SIGNED_BYTES }
      : { schemaFormat: SCHEMA_FORMAT, schema: schemaOf(name) },
    ...(payloads.length === 0 ? {} : { [JWS_PAYLOADS_KEY]: payloads.map(schemaOf) }),
  };
}

function schemasOf(name: TopicName): readonly MessageName[] {
  return TOPICS[name].schemas;
}

/** loadgate.event/1 -> event.1 */
function keyOf(name: MessageName): string {
  return schemaFileOf(name).replace(/\.json$/, '');
}

function refTo(path: string): object {
  return { $ref: `#/${path}` };
}
