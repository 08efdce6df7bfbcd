import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { KafkaAdmin, NewTopic, TopicDescription } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import {
  AFTER_MAX_MS,
  externalTopics,
  internalTopicNames,
  planTopics,
  type TopicPlan,
} from './topic-plan.ts';

/** Answers what those of the topics are that exist. */
export type DescribeTopics = (names: readonly string[]) => Promise<readonly TopicDescription[]>;

/**
 * Looks up the source topics, plans, and creates the internal topics that are missing. Every instance does so when it
 * starts; another one may be faster, which is fine.
 * @throws {OperationalError} `MISSING_SOURCE_TOPIC` when a source topic does not exist.
 */
export async function prepareTopics(
  admin: KafkaAdmin,
  topology: Topology,
  options: { readonly applicationId: string; readonly replicationFactor: number },
  describe: DescribeTopics = (names) => admin.describeTopics(names, { existingOnly: true }),
): Promise<TopicPlan> {
  const sources = externalTopics(topology);
  const names = [...new Set([...sources, ...internalTopicNames(topology, options.applicationId)])];
  const described = await describe(names);
  const existing = new Map(described.map((topic) => [topic.name, topic.partitions.length]));
  const missing = sources.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    throw new OperationalError('MISSING_SOURCE_TOPIC', `source topics do not exist: ${missing.join(', ')}`, {
      retriable: true,
    });
  }
  const counts = new Map(sources.map((topic) => [topic, existing.get(topic) ?? 0]));
  const plan = planTopics(topology, options.applicationId, counts);

  const wanted = plan.internalTopics.filter((topic) => topic.partitions > 0);
  const { replicationFactor } = options;
  const absent = wanted.filter(({ name }) => !existing.has(name));
  await Promise.all(absent.map((topic) => createTopic(admin, { ...topic, replicationFactor })));
  for (const topic of wanted) {
    const partitions = existing.get(topic.name) ?? topic.partitions;
    if (partitions === topic.partitions) continue;
    throw new DiagnosticError({
      message: `internal topic ${topic.name} has ${partitions} partitions instead of ${topic.partitions}`,
      detail: 'the source topics have changed since it was created',
      hint: 'reset the application (delete its internal topics and state), or give the source topics their old partitions',
    });
  }
  return plan;
}

/** Creates a topic, unless another instance was faster. */
async function createTopic(admin: KafkaAdmin, topic: NewTopic): Promise<void> {
  try {
    await createForAnyVersion(admin, topic);
  } catch (error) {
    if (!(error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error;
  }
}

/** Brokers before 3.6 do not know the limit that changelogs are freed of, and have none. */
async function createForAnyVersion(admin: KafkaAdmin, topic: NewTopic): Promise<void> {
  try {
    await admin.createTopics([topic]);
  } catch (error) {
    const { [AFTER_MAX_MS]: limit, ...configs } = topic.configs ?? {};
    const mayBeOld = error instanceof OperationalError && error.code === 'INVALID_CONFIG';
    if (!mayBeOld || limit === undefined) throw error;
    await admin.createTopics([{ ...topic, configs }]);
  }
}
