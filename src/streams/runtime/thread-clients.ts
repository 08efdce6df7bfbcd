import type { Timers } from '../../base/environment.ts';
import type { LifecycleStage } from '../../base/lifecycle.ts';
import { Consumer } from '../../client/consumer/consumer.ts';
import { Producer } from '../../client/producer/producer.ts';
import type {
  ConsumerAssignor,
  ConsumerOptions,
  KafkaAdmin,
  KafkaConsumer,
  ProducerOptions,
  TransactionalKafkaProducer,
} from '../../client/types.ts';
import { offsetResets } from './offset-resets.ts';
import type { ProcessIdentity } from './process-id.ts';
import { isExactlyOnce, readsCommitted, transactionTimeoutMs } from './processing-guarantee.ts';
import { endedSoon } from './stop-limits.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StreamsHost } from './streams-host.ts';
import { internalTopicNames } from './topic-plan.ts';
import { type OutputTarget, TransactionalOutput } from './transactional-output.ts';

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
  /** Makes the one that standby tasks read with, which is not made where there are none. */
  readonly newStandbyConsumer: () => KafkaConsumer;
  readonly producer: OutputTarget;
  /** The producer, where it writes in transactions. */
  readonly transactions: TransactionalOutput | undefined;
}

/** Where the clients of a processing loop live. */
interface ClientsPlace {
  /** Whose connections and producer they use, and what they read together; without one they have their own. */
  readonly host: StreamsHost | undefined;
  readonly process: ProcessIdentity;
  /** Tells the members of one process apart. */
  readonly memberNumber: () => number;
}

export function threadClients(
  settings: StreamsAppSettings,
  assignors: readonly ConsumerAssignor[],
  place: ClientsPlace,
): ThreadClients {
  const { host } = place;
  const { environment, bootstrapServers, clientId, topology, applicationId } = settings;
  const common = { environment, bootstrapServers };
  const resets = offsetResets(topology, applicationId);
  const connections = host?.connections;
  const producing = producerOptions(settings, host);
  const transactions = isExactlyOnce(settings) ? transactionalOutput(settings, producing, place) : undefined;
  const reading = isolation(settings);
  return {
    transactions,
    consumer: new Consumer(
      {
        pollRecordsMax: 1000,
        ...settings.consumer,
        ...common,
        clientId: `${clientId}-consumer`,
        groupId: applicationId,
        ...reading,
        autoCommit: false,
        autoOffsetReset: settings.autoOffsetReset,
        autoOffsetResetOf: (topic) => resets.get(topic),
        // A source topic that vanishes must not come back empty because this consumer asks for it.
        allowAutoTopicCreation: false,
        assignors,
      },
      { fetches: host?.fetches, connections },
    ),
    restoreConsumer: changelogConsumer(settings, host, { purpose: 'restore', autoOffsetReset: 'earliest' }),
    // What its place in a changelog is lost for, its state has to know of.
    newStandbyConsumer: () =>
      changelogConsumer(settings, host, { purpose: 'standby', autoOffsetReset: 'none' }),
    producer: transactions ?? host?.producers.producer(producing) ?? new Producer(producing),
  };
}

function changelogConsumer(
  settings: StreamsAppSettings,
  host: StreamsHost | undefined,
  {
    purpose,
    autoOffsetReset,
  }: Required<Pick<ConsumerOptions, 'autoOffsetReset'>> & { readonly purpose: string },
): KafkaConsumer {
  const { environment, bootstrapServers, clientId } = settings;
  return new Consumer(
    {
      pollRecordsMax: 10_000,
      ...{ environment, bootstrapServers },
      clientId: `${clientId}-${purpose}-consumer`,
      autoOffsetReset,
      ...isolation(settings),
      // One that is gone must not come back, with another number of partitions.
      allowAutoTopicCreation: false,
    },
    { connections: host?.connections, leavesUnread: true },
  );
}

function isolation(settings: StreamsAppSettings): Pick<ConsumerOptions, 'isolationLevel'> {
  return readsCommitted(settings) ? { isolationLevel: 'read_committed' } : {};
}

function producerOptions(settings: StreamsAppSettings, host: StreamsHost | undefined): ProducerOptions {
  const { environment, bootstrapServers, clientId, topology, applicationId } = settings;
  const internal = new Set(internalTopicNames(topology, applicationId));
  return {
    lingerMs: host === undefined ? LINGER_MS.alone : LINGER_MS.shared,
    batchBytesMax: host === undefined ? BATCH_BYTES.alone : BATCH_BYTES.shared,
    ...settings.producer,
    ...{ environment, bootstrapServers },
    clientId: `${clientId}-producer`,
    // A topic of the application's own that was deleted is gone: a new one would have other partitions, and nothing in it.
    mayCreateTopic: (topic) => !internal.has(topic),
  };
}

/**
 * The transactional id of a processing loop, `<application.id>-<process id>-<number>`, as in Kafka Streams: a process that comes
 * back after a crash has the id that it had, and ends at once what it has left.
 */
export function transactionalIdOf(applicationId: string, processId: string, memberNumber: number): string {
  return `${applicationId}-${processId}-${memberNumber}`;
}

function transactionalOutput(
  settings: StreamsAppSettings,
  producing: ProducerOptions,
  { host, process, memberNumber }: ClientsPlace,
): TransactionalOutput {
  const { applicationId, logger } = settings;
  let used = '';
  const create = (): TransactionalKafkaProducer => {
    used = process.id();
    const options = {
      ...producing,
      transactionalId: transactionalIdOf(applicationId, used, memberNumber()),
      transactionTimeoutMs: transactionTimeoutMs(settings),
    };
    // Whether they may be left out is the matter of the production handler.
    const shared = { leavesOutRefused: true };
    return host?.producers.transactional(options, shared) ?? new Producer(options, shared);
  };
  return new TransactionalOutput(create, () => {
    process.renew(used);
    logger.warn(
      'somebody has taken over the transactional id of this process, as one with a copy of its state folder does: it goes on under another one',
      { transactionalId: transactionalIdOf(applicationId, used, memberNumber()) },
    );
  });
}

/** What answers where changelogs end, see {@link Restorer}. */
export function changelogEnds(
  settings: StreamsAppSettings,
  {
    restoreConsumer,
    admin,
  }: {
    readonly restoreConsumer: Pick<KafkaConsumer, 'endOffsets'>;
    readonly admin: Pick<KafkaAdmin, 'listOffsets'>;
  },
): KafkaConsumer['endOffsets'] {
  if (!readsCommitted(settings)) return (partitions) => restoreConsumer.endOffsets(partitions);
  return (partitions) =>
    admin.listOffsets(partitions.map(({ topic, partition }) => ({ topic, partition, spec: 'latest' })));
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

function abandon(producer: OutputTarget): Promise<void> {
  return producer.close({ timeoutMs: PRODUCER_CLOSE_MS });
}
