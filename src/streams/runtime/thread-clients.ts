import type { Timers } from '../../base/environment.ts';
import type { LifecycleStage } from '../../base/lifecycle.ts';
import { Consumer } from '../../client/consumer/consumer.ts';
import { Producer } from '../../client/producer/producer.ts';
import type { ConsumerAssignor, KafkaConsumer, KafkaProducer, ProducerOptions } from '../../client/types.ts';
import { offsetResets } from './offset-resets.ts';
import { endedSoon } from './stop-limits.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StreamsHost } from './streams-host.ts';
import { internalTopicNames } from './topic-plan.ts';

/** How long the consumer may take to close, after a last commit and without one. */
const CONSUMER_CLOSE_MS = { clean: 5_000, failed: 1_000 } as const;
/** How long what was sent may take without a last commit: nobody waits for it, and it is sent again. */
const PRODUCER_CLOSE_MS = 1_000;

/**
 * How long a result may wait for others. Kafka Streams lets it wait for 100 ms, which is most of what a result takes at 10,000 records a
 * second; full batches do not wait. Where a hundred applications send to as many topics, each batch counts.
 */
const LINGER_MS = { alone: 20, shared: 100 } as const;
/**
 * Results and changelogs of one loop go to few partitions, at hundreds of thousands of records a second: a request for each 16 KiB
 * of them is what both sides would be busy with. What many share writes to many.
 */
const BATCH_BYTES = { alone: 65_536, shared: 16_384 } as const;

/** The clients of a processing loop. */
export interface ThreadClients {
  readonly consumer: KafkaConsumer;
  readonly restoreConsumer: KafkaConsumer;
  readonly producer: KafkaProducer;
}

/** @param host whose connections and producer they use, and what they read together; without one they have their own. */
export function threadClients(
  settings: StreamsAppSettings,
  assignors: readonly ConsumerAssignor[],
  host?: StreamsHost,
): ThreadClients {
  const { environment, bootstrapServers, clientId, topology, applicationId } = settings;
  const common = { environment, bootstrapServers };
  const resets = offsetResets(topology, applicationId);
  const internal = new Set(internalTopicNames(topology, applicationId));
  const connections = host?.connections;
  const producing: ProducerOptions = {
    lingerMs: host === undefined ? LINGER_MS.alone : LINGER_MS.shared,
    batchBytesMax: host === undefined ? BATCH_BYTES.alone : BATCH_BYTES.shared,
    ...settings.producer,
    ...common,
    clientId: `${clientId}-producer`,
    // A topic of the application's own that was deleted is gone: a new one would have other partitions, and nothing in it.
    mayCreateTopic: (topic) => !internal.has(topic),
  };
  return {
    consumer: new Consumer(
      {
        pollRecordsMax: 1000,
        ...settings.consumer,
        ...common,
        clientId: `${clientId}-consumer`,
        groupId: applicationId,
        autoCommit: false,
        autoOffsetReset: settings.autoOffsetReset,
        autoOffsetResetOf: (topic) => resets.get(topic),
        // A source topic that vanishes must not come back empty because this consumer asks for it.
        allowAutoTopicCreation: false,
        assignors,
      },
      { fetches: host?.fetches, connections },
    ),
    restoreConsumer: new Consumer(
      {
        pollRecordsMax: 10_000,
        ...common,
        clientId: `${clientId}-restore-consumer`,
        autoOffsetReset: 'earliest',
        // Nor a changelog, with another number of partitions.
        allowAutoTopicCreation: false,
      },
      { connections, leavesUnread: true },
    ),
    producer: host?.producers.producer(producing) ?? new Producer(producing),
  };
}

/** How a loop has ended. */
interface LoopEnd {
  /** After the last commit: without it nobody waits for what is still to be sent. */
  readonly isClean: boolean;
  /** Whether the group is told that this member has gone; undefined: unless it is a static one. */
  readonly leaveGroup: boolean | undefined;
}

/** Notes how the clients are closed: side by side, since each waits for the cluster. */
export function addClients(
  stage: LifecycleStage,
  { consumer, restoreConsumer, producer }: ThreadClients,
  { timers, end }: { readonly timers: Timers; readonly end: () => LoopEnd },
): void {
  stage.add({
    name: 'the consumer',
    close: () => {
      const { isClean, leaveGroup } = end();
      const timeoutMs = isClean ? CONSUMER_CLOSE_MS.clean : CONSUMER_CLOSE_MS.failed;
      return consumer.close({ timeoutMs, ...(leaveGroup === undefined ? {} : { leaveGroup }) });
    },
  });
  stage.add({ name: 'the restore consumer', close: () => restoreConsumer.close() });
  stage.add({
    name: 'the producer',
    close: () => (end().isClean ? producer.close() : endedSoon(timers, abandon(producer))),
  });
}

function abandon(producer: KafkaProducer): Promise<void> {
  return producer.close({ timeoutMs: PRODUCER_CLOSE_MS });
}
