import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { TopicDescription } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import type { TopicAccess } from './topic-access.ts';
import { externalTopics, internalTopicNames, planTopics, type TopicPlan } from './topic-plan.ts';

/** Answers what those of the topics are that exist. */
export type DescribeTopics = (names: readonly string[]) => Promise<readonly TopicDescription[]>;

/**
 * Looks up the source topics, plans, and creates the internal topics that are missing. Every instance does so when it
 * starts; another one may be faster, which is fine.
 * @throws {OperationalError} `MISSING_SOURCE_TOPIC` when a source topic does not exist.
 */
export async function prepareTopics(
  topics: Pick<TopicAccess, 'create' | 'describe'>,
  topology: Topology,
  options: { readonly applicationId: string; readonly replicationFactor: number },
  describe: DescribeTopics = (names) => topics.describe(names),
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
  await topics.create(absent.map((topic) => ({ ...topic, replicationFactor })));
  for (const topic of wanted) {
    const partitions = existing.get(topic.name) ?? topic.partitions;
    if (partitions === topic.partitions) continue;
    throw new DiagnosticError({
      message: `internal topic ${topic.name} has ${partitions} partitions instead of ${topic.partitions}`,
      detail: 'the source topics have changed since it was created',
      hint: 'reset the application (its internal topics, offsets and local state are deleted, and it reads its input anew), or start it under another application id',
    });
  }
  return plan;
}
