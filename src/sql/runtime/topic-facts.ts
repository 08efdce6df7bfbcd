import { isTopicName } from '../../base/argument-checks.ts';
import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { TopicFacts } from '../analysis/session.ts';

/** Facts about those of the topics that exist, the brokers' own ones left out. */
export async function topicFacts(
  admin: Admin,
  names: readonly string[],
): Promise<ReadonlyMap<string, TopicFacts>> {
  // No request can ask for what no topic can be called, and none is.
  const possible = names.filter(isTopicName);
  const topics = await admin.describeTopics(possible, { existingOnly: true });
  return new Map(
    topics
      .filter(({ internal }) => !internal)
      .map(({ name, partitions, topicId }) => [
        name,
        {
          ...{ partitions: partitions.length, replicas: partitions[0]?.replicas.length ?? 1 },
          ...(topicId === ZERO_UUID ? {} : { topicId }),
        },
      ]),
  );
}
