import type { Environment } from '../../../src/base/environment.ts';
import { Consumer } from '../../../src/client/index.ts';

/** What the first partition of a topic holds now, each record as `key=value`. */
export async function topicContents(
  topic: string,
  client: { readonly environment: Environment; readonly bootstrapServers: string },
): Promise<readonly string[]> {
  const consumer = new Consumer({ ...client, autoOffsetReset: 'earliest' });
  const partition = { topic, partition: 0 };
  consumer.assign([partition]);
  const [end] = await consumer.endOffsets([partition]);
  const found: string[] = [];
  while (found.length < (end?.offset ?? 0)) {
    for (const { records } of await consumer.poll(100))
      for (const { key, value } of records) found.push(`${String(key)}=${String(value)}`);
  }
  await consumer.close();
  return found;
}
