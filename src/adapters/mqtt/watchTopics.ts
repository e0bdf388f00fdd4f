import { connectAsync } from 'mqtt';

export interface TopicWatch {
  close(): Promise<void>;
}

/** Hears every message below a topic filter, for a demonstration; a gateway subscribes through its bus. */
export async function watchTopics(
  url: string,
  topicFilter: string,
  listener: (topic: string) => void,
): Promise<TopicWatch> {
  const client = await connectAsync(url, { protocolVersion: 4 });
  client.on('message', (topic) => listener(topic));
  await client.subscribeAsync(topicFilter, { qos: 1 });
  return { close: () => client.endAsync(true) };
}
