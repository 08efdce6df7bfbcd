import { Consumer } from '../../client/consumer/consumer.ts';
import { brokerTopicName, externalTopics, type TopicPlan } from './topic-plan.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { newProcessId } from './process-id.ts';
import { taskAssignors } from './task-assignor.ts';

/** How long the group may take to hear of it. */
const TELL_MS_MAX = 30_000;
const POLL_MS = 100;

/**
 * Asks all instances of an application to end, as SHUTDOWN_APPLICATION of Kafka Streams does: it joins the group once more,
 * and the group's leader, told so in the subscription, tells all members in their assignments.
 */
export async function shutdownApplication(settings: StreamsAppSettings, plan: TopicPlan): Promise<void> {
  const { topology, applicationId, environment, bootstrapServers, clientId } = settings;
  const name = brokerTopicName(topology, applicationId);
  let isTold = false;
  const consumer = new Consumer({
    ...settings.consumer,
    environment,
    bootstrapServers,
    clientId: `${clientId}-shutdown`,
    groupId: applicationId,
    autoCommit: false,
    allowAutoTopicCreation: false,
    assignors: taskAssignors({
      applicationId,
      topology,
      acceptableRecoveryLag: settings.acceptableRecoveryLag,
      tasks: plan.tasks,
      processId: () => newProcessId(environment),
      taskOffsetSums: () => new Map(),
      // Where it leads the group, nobody gets a task.
      endOffsets: () => Promise.resolve(undefined),
      asksToEnd: true,
      onEnd: () => {
        isTold = true;
      },
    }),
  });
  try {
    consumer.subscribe([...externalTopics(topology), ...[...topology.repartitionTopics.keys()].map(name)]);
    const { clock } = environment;
    const deadline = clock.monotonicMs() + TELL_MS_MAX;
    while (!isTold && clock.monotonicMs() < deadline) await consumer.poll(POLL_MS);
    if (!isTold) settings.logger.warn('the other instances could not be asked to end');
  } finally {
    await consumer.close({ timeoutMs: POLL_MS * 10 });
  }
}
