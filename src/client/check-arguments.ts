/** What the arguments of consumer and admin must be; see {@link Check}. The producer's record has a check of its own. */
import {
  arrayOf,
  callback,
  type Check,
  duration,
  either,
  type FieldChecks,
  flag,
  INT32_MAX,
  nonEmptyText,
  nullable,
  objectOf,
  oneOf,
  optional,
  optionsOf,
  recordOf,
  spelledObjectOf,
  pattern,
  text,
  wholeNumber,
} from '../base/argument-checks.ts';
import type {
  ConfigAlteration,
  ConfigResource,
  ConsumerGroupMetadata,
  FeatureUpdate,
  HangingTransaction,
  NewTopic,
  OffsetAndMetadata,
  OffsetSpec,
  PartitionOffset,
  RebalanceListener,
  TopicPartition,
  TransactionFilter,
} from './types.ts';

const partitionFields: FieldChecks<TopicPartition> = {
  topic: nonEmptyText,
  partition: wholeNumber(0, INT32_MAX),
};

const isString = (value: unknown): boolean => typeof value === 'string';

export const checkPartition = spelledObjectOf<TopicPartition>(partitionFields);
export const checkPartitions = arrayOf(checkPartition);
export const checkName = nonEmptyText;
export const checkNames = arrayOf(nonEmptyText);
export const checkTimeout = duration;
export const checkReason = text;
export const checkOffset = wholeNumber(0);

export const checkSubscription: Check = either(
  (value) => Array.isArray(value),
  checkNames,
  (value, name) => pattern(value, name),
);

/** A literal has these functions only; an object of a class has whatever else it needs. */
const isLiteral = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const listenerFields: FieldChecks<RebalanceListener> = {
  onAssigned: optional(callback),
  onRevoked: optional(callback),
  onLost: optional(callback),
};

export const checkListener = either(isLiteral, optionsOf(listenerFields), objectOf(listenerFields));

export const checkOffsets = arrayOf(
  spelledObjectOf<OffsetAndMetadata>({
    ...partitionFields,
    offset: wholeNumber(0),
    leaderEpoch: optional(wholeNumber(-1, INT32_MAX)),
    metadata: optional(text),
  }),
);

/** What `consumer.groupMetadata()` answers. */
export const checkGroupMetadata = objectOf<ConsumerGroupMetadata>({
  groupId: nonEmptyText,
  generationId: wholeNumber(-1, INT32_MAX),
  memberId: text,
  groupInstanceId: nullable(text),
});

export const checkTimes = arrayOf(
  spelledObjectOf<TopicPartition & { readonly timestamp: number }>({
    ...partitionFields,
    timestamp: wholeNumber(0),
  }),
);

export const checkProducerClose = optionsOf<{ timeoutMs?: number }>({ timeoutMs: optional(duration) });

export const checkDescribeConfigs = optionsOf<{ includeDocumentation?: boolean }>({
  includeDocumentation: optional(flag),
});

export const checkCloseOptions = optionsOf<{ timeoutMs?: number; leaveGroup?: boolean }>({
  timeoutMs: optional(duration),
  leaveGroup: optional(flag),
});

export const checkNewTopics = arrayOf(
  optionsOf<NewTopic>({
    name: nonEmptyText,
    partitions: optional(wholeNumber(-1, INT32_MAX)),
    replicationFactor: optional(wholeNumber(-1, 0x7fff)),
    assignments: optional(arrayOf(arrayOf(wholeNumber(0, INT32_MAX)))),
    configs: optional(recordOf(text)),
  }),
);

export const checkPartitionCounts = arrayOf(
  optionsOf<{ name: string; count: number }>({ name: nonEmptyText, count: wholeNumber(1, INT32_MAX) }),
);

export const checkValidateOnly = optional(
  optionsOf<{ validateOnly?: boolean }>({ validateOnly: optional(flag) }),
);
export const checkElectionType = oneOf('preferred', 'unclean');
export const checkElectedPartitions = optional(checkPartitions);
export const checkListTopics = optional(
  optionsOf<{ includeInternal?: boolean }>({ includeInternal: optional(flag) }),
);
export const checkDescribeTopics = optional(
  optionsOf<{ existingOnly?: boolean }>({ existingOnly: optional(flag) }),
);
export const checkListGroups = optional(
  optionsOf<{ states?: readonly string[] }>({ states: optional(arrayOf(text)) }),
);
export const checkIsolation = optional(
  optionsOf<{ isolationLevel?: string }>({
    isolationLevel: optional(oneOf('read_uncommitted', 'read_committed')),
  }),
);

const INT16_MAX = 0x7fff;

export const checkTransactionFilter = optional(
  optionsOf<TransactionFilter>({
    states: optional(arrayOf(text)),
    producerIds: optional(arrayOf(wholeNumber(0))),
    longerThanMs: optional(duration),
    pattern: optional(text),
  }),
);

export const checkHangingTransaction = objectOf<HangingTransaction>({
  ...partitionFields,
  producerId: wholeNumber(0),
  producerEpoch: wholeNumber(0, INT16_MAX),
  coordinatorEpoch: wholeNumber(-1, INT32_MAX),
});

export const checkFeatureUpdates = arrayOf(
  optionsOf<FeatureUpdate>({
    feature: nonEmptyText,
    level: wholeNumber(0, INT16_MAX),
    type: optional(oneOf('upgrade', 'safe-downgrade', 'unsafe-downgrade')),
  }),
);

const resourceFields: FieldChecks<ConfigResource> = {
  type: oneOf('topic', 'broker', 'broker-logger', 'client-metrics', 'group'),
  name: text,
};

const aboutBroker = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  (value.type === 'broker' || value.type === 'broker-logger');

/** A broker is named by its node id; without a name all brokers are meant. */
function brokersByNumber(fields: FieldChecks<ConfigResource>): Check {
  const whole = optionsOf<ConfigResource>(fields);
  return (value, name) => {
    whole(value, name);
    if (aboutBroker(value)) brokerName((value as ConfigResource).name, `${name}.name`);
  };
}

const brokerName: Check = either(
  (value) => value === '' || /^\d{1,9}$/.test(String(value)),
  text,
  (value, name) => wholeNumber(0, INT32_MAX)(value, name),
);

export const checkResources = arrayOf(brokersByNumber(resourceFields));

const alterationFields: FieldChecks<ConfigAlteration> = {
  name: nonEmptyText,
  op: oneOf('set', 'delete', 'append', 'subtract'),
  value: optional(nullable(text)),
};

export const checkAlterations = arrayOf(
  brokersByNumber({
    ...resourceFields,
    alterations: arrayOf(optionsOf<ConfigAlteration>(alterationFields)),
  } as FieldChecks<ConfigResource>),
);

export const checkOffsetSpecs = arrayOf(
  spelledObjectOf<TopicPartition & { readonly spec: OffsetSpec }>({
    ...partitionFields,
    spec: either(
      isString,
      oneOf('earliest', 'latest', 'max-timestamp'),
      optionsOf<{ timestamp: number }>({ timestamp: wholeNumber(0) }),
    ),
  }),
);

/** -1 stands for the high watermark. */
export const checkOffsetsBefore = arrayOf(
  spelledObjectOf<PartitionOffset>({ ...partitionFields, offset: wholeNumber(-1) }),
);
