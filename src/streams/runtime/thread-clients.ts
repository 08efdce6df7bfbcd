import { Consumer } from '../../client/consumer/consumer.ts';
import { Producer } from '../../client/producer/producer.ts';
import type { ConsumerAssignor, KafkaConsumer, KafkaProducer } from '../../client/types.ts';
import { offsetResets } from './offset-resets.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import { internalTopicNames } from './topic-plan.ts';

/** The clients of a processing loop. */
export interface ThreadClients {
  readonly consumer: KafkaConsumer;
  readonly restoreConsumer: KafkaConsumer;
  readonly producer: KafkaProducer;
}

export function threadClients(settings: StreamsAppSettings, assignor: ConsumerAssignor): ThreadClients {
  const { environment, bootstrapServers, clientId, topology, applicationId } = settings;
  const common = { environment, bootstrapServers };
  const resets = offsetResets(topology, applicationId);
  const internal = new Set(internalTopicNames(topology, applicationId));
  return {
    consumer: new Consumer({
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
      assignors: [assignor],
    }),
    restoreConsumer: new Consumer({
      pollRecordsMax: 10_000,
      ...common,
      clientId: `${clientId}-restore-consumer`,
      autoOffsetReset: 'earliest',
      // Nor a changelog, with another number of partitions.
      allowAutoTopicCreation: false,
    }),
    producer: new Producer({
      lingerMs: 100,
      ...settings.producer,
      ...common,
      clientId: `${clientId}-producer`,
      // A topic of the application's own that was deleted is gone: a new one would have other partitions, and nothing in it.
      mayCreateTopic: (topic) => !internal.has(topic),
    }),
  };
}
