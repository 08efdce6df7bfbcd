import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import type { KafkaAdmin, NewTopic } from '../../client/types.ts';
import type { Topology } from '../topology/topology.ts';
import { AFTER_MAX_MS, externalTopics, planTopics, type TopicPlan } from './topic-plan.ts';

/**
 * Looks up the source topics, plans, and creates the internal topics that are missing. Every instance does so when it
 * starts; another one may be faster, which is fine.
 * @throws {OperationalError} `MISSING_SOURCE_TOPIC` when a source topic does not exist.
 */
export async function prepareTopics(
  admin: KafkaAdmin,
  topology: Topology,
  options: { readonly applicationId: string; readonly replicationFactor: number },
): Promise<TopicPlan> {
  const existing = new Set((await admin.listTopics({ includeInternal: true })).map((topic) => topic.name));
  const sources = externalTopics(topology);
  const missing = sources.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    throw new OperationalError('MISSING_SOURCE_TOPIC', `source topics do not exist: ${missing.join(', ')}`, {
      retriable: true,
    });
  }
  const described = await admin.describeTopics(sources);
  const counts = new Map(described.map((topic) => [topic.name, topic.partitions.length]));
  const plan = planTopics(topology, options.applicationId, counts);

  const wanted = plan.internalTopics.filter((topic) => topic.partitions > 0);
  for (const topic of wanted.filter(({ name }) => !existing.has(name))) {
    try {
      await createTopic(admin, { ...topic, replicationFactor: options.replicationFactor });
    } catch (error) {
      if (!(error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS')) throw error;
    }
  }
  const present = wanted.filter(({ name }) => existing.has(name));
  for (const topic of await admin.describeTopics(present.map(({ name }) => name))) {
    const expected = present.find(({ name }) => name === topic.name)?.partitions;
    if (topic.partitions.length === expected) continue;
    throw new DiagnosticError({
      message: `internal topic ${topic.name} has ${topic.partitions.length} partitions instead of ${expected}`,
      detail: 'the source topics have changed since it was created',
      hint: 'reset the application (delete its internal topics and state), or give the source topics their old partitions',
    });
  }
  return plan;
}

/** Brokers before 3.6 do not know the limit that changelogs are freed of, and have none. */
async function createTopic(admin: KafkaAdmin, topic: NewTopic): Promise<void> {
  try {
    await admin.createTopics([topic]);
  } catch (error) {
    const { [AFTER_MAX_MS]: limit, ...configs } = topic.configs ?? {};
    const mayBeOld = error instanceof OperationalError && error.code === 'INVALID_CONFIG';
    if (!mayBeOld || limit === undefined) throw error;
    await admin.createTopics([{ ...topic, configs }]);
  }
}
