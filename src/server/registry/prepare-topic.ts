import type { Environment } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { Admin } from '../../client/index.ts';

const PAUSE_MS = 100;
/** All that is registered is in one partition, so that it has one order, and the last record of each key stays. */
const TOPIC_CONFIGS = { 'cleanup.policy': 'compact' } as const;

/** What is done with topics of schemas. */
export type TopicAdmin = Pick<Admin, 'listTopics' | 'createTopics' | 'describeTopics' | 'describeConfigs'>;

interface Preparing {
  readonly environment: Environment;
  readonly admin: TopicAdmin;
  readonly topic: string;
  readonly timeoutMs: number;
}

/**
 * Finds the topic of schemas, or makes it.
 * @returns its id, which another topic of its name does not have.
 * @throws {OperationalError} `INVALID_TOPIC` for one that would lose schemas or their order, as Confluent's registry does.
 */
export async function prepareTopic(preparing: Preparing): Promise<string> {
  const { admin, topic } = preparing;
  const topics = await admin.listTopics({ includeInternal: true });
  if (!topics.some(({ name }) => name === topic)) await create(preparing);
  const id = await described(preparing);
  const [settings] = await admin.describeConfigs([{ type: 'topic', name: topic }]);
  const policy = settings?.entries.find(({ name }) => name === 'cleanup.policy')?.value ?? '';
  if (policy !== 'compact') {
    throw unfit(
      `The retention policy of the schema topic ${topic} is '${policy}': it has to be 'compact', or schemas are deleted after a while.`,
    );
  }
  return id;
}

/** The id of the topic; undefined where it is not there. */
export async function topicIdOf(admin: TopicAdmin, topic: string): Promise<string | undefined> {
  const [found] = await admin.describeTopics([topic], { existingOnly: true });
  return found?.topicId;
}

async function create({ admin, topic }: Preparing): Promise<void> {
  try {
    await admin.createTopics([{ name: topic, partitions: 1, configs: TOPIC_CONFIGS }]);
  } catch (error) {
    // Another server was faster.
    if (!(error instanceof OperationalError) || error.code !== 'TOPIC_ALREADY_EXISTS') throw error;
  }
}

async function described({ environment, admin, topic, timeoutMs }: Preparing): Promise<string> {
  // Not all brokers know at once of what was made.
  for (let waitedMs = 0; waitedMs <= timeoutMs; waitedMs += PAUSE_MS) {
    const [found] = await admin.describeTopics([topic], { existingOnly: true });
    if (found?.partitionCount === 1) return found.topicId;
    if (found !== undefined && found.partitionCount > 1) {
      throw unfit(
        `The schema topic ${topic} should have only 1 partition but has ${found.partitionCount}: schemas would have no order.`,
      );
    }
    await environment.timers.sleep(PAUSE_MS);
  }
  throw new OperationalError('TIMED_OUT', `the topic ${topic} was made and is not seen`, { retriable: true });
}

function unfit(message: string): OperationalError {
  return new OperationalError('INVALID_TOPIC', message, { retriable: false });
}
