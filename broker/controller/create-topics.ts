import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { createTopics as api } from '../../src/protocol/messages/19-create-topics.ts';
import { type EffectiveConfig, topicDefaults } from '../config/config-places.ts';
import { CONFIG_SOURCE_IDS, configSourceId } from '../config/config-source-ids.ts';
import { ConfigResourceType } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { checkTopicConfigs } from '../config/topic-configs.ts';
import { type ControllerState, type Failure, failed, inParts, operationInParts } from './operation.ts';
import {
  type Assignment,
  automaticAssignment,
  manualAssignment,
  newPartitionRecord,
} from './replica-assignment.ts';
import { checkTopicName, collidingTopic, isProhibitedTopicName } from './topic-name.ts';

type WantedTopic = RequestOf<typeof api>['topics'][number];
type TopicResult = NonNullable<ResponseInput<typeof api>['topics']>[number];

/** The most records that one request may cause, as in Kafka. */
const RECORDS_MAX = 10_000;

/** CreateTopics (key 19): each topic succeeds or fails for itself. */
export const createTopics = operationInParts({
  api,
  timeoutMs: (request) => request.timeoutMs,
  *parts(request) {
    const seen = new Set<string>();
    const duplicates = new Set<string>();
    for (const { name } of request.topics) (seen.has(name) ? duplicates : seen).add(name);
    const reported = new Set<string>();
    const topics: TopicResult[] = [];
    let recordCount = 0;
    for (const part of inParts(request.topics, recordsOf)) {
      yield (state) => {
        const defaults = topicDefaults(state.settings.config, state.image);
        const common = configResults(NO_SETTINGS, defaults);
        const records: MetadataRecord[] = [];
        for (const wanted of part) {
          if (duplicates.has(wanted.name)) {
            if (!reported.has(wanted.name)) {
              topics.push(failure(wanted, failed(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')));
            }
            reported.add(wanted.name);
            continue;
          }
          const outcome = createOne(state, wanted, RECORDS_MAX - recordCount - records.length);
          if ('failure' in outcome) topics.push(failure(wanted, outcome.failure));
          else {
            topics.push(
              success(
                wanted,
                outcome,
                wanted.configs.length === 0 ? common : configResults(wanted, defaults),
              ),
            );
            if (!request.validateOnly) records.push(...outcome.records);
          }
        }
        recordCount += records.length;
        return records;
      };
    }
    return { topics };
  },
  failure: (request, error) => ({ topics: request.topics.map((topic) => failure(topic, error)) }),
});

interface Created {
  readonly topicId: string;
  readonly partitions: readonly (readonly number[])[];
  readonly records: readonly MetadataRecord[];
}

/** About: what is not said is a matter of settings. */
function recordsOf({ numPartitions, assignments, configs }: WantedTopic): number {
  return 1 + Math.max(1, numPartitions, assignments.length) + configs.length;
}

function createOne(
  state: ControllerState,
  wanted: WantedTopic,
  recordsMax: number,
): Created | { readonly failure: Failure } {
  const refuse = (code: ErrorCode, message: string) => ({ failure: failed(code, message) });
  if (isProhibitedTopicName(wanted.name)) {
    return refuse(ErrorCode.INVALID_REQUEST, `Creation of internal topic ${wanted.name} is prohibited.`);
  }
  const nameProblem = checkTopicName(wanted.name);
  if (nameProblem !== undefined) return refuse(ErrorCode.INVALID_TOPIC_EXCEPTION, nameProblem);
  if (state.image.topicsByName.has(wanted.name)) {
    return refuse(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${wanted.name}' already exists.`);
  }
  const colliding = collidingTopic(state.image, wanted.name);
  if (colliding !== undefined) {
    return refuse(
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      `Topic '${wanted.name}' collides with existing topic: ${colliding}`,
    );
  }
  const configProblem = checkConfigs(wanted);
  if (configProblem !== undefined) return refuse(ErrorCode.INVALID_CONFIG, configProblem);
  const assignment = assign(state, wanted);
  if ('failure' in assignment) return assignment;
  const { partitions } = assignment;
  if (partitions.length + wanted.configs.length + 1 > recordsMax) {
    return refuse(
      ErrorCode.POLICY_VIOLATION,
      `Unable to perform excessively large batch operation: at most ${RECORDS_MAX} partitions and configs per request.`,
    );
  }
  const topicId = newTopicId(state);
  const records: MetadataRecord[] = [
    { type: 'TopicRecord', data: { name: wanted.name, topicId } },
    ...wanted.configs.map(
      ({ name, value }): MetadataRecord => ({
        type: 'ConfigRecord',
        data: { resourceType: ConfigResourceType.TOPIC, resourceName: wanted.name, name, value },
      }),
    ),
    ...partitions.map((replicas, partitionId) =>
      newPartitionRecord(state, { topicId, partitionId }, replicas),
    ),
  ];
  return { topicId, partitions, records };
}

function checkConfigs(wanted: WantedTopic): string | undefined {
  const withoutValue = wanted.configs.filter((config) => config.value === null).map((config) => config.name);
  if (withoutValue.length > 0) return `Null value not supported for topic configs: ${withoutValue.join(',')}`;
  return checkTopicConfigs(new Map(wanted.configs.map(({ name, value }) => [name, value ?? ''])));
}

function assign(state: ControllerState, wanted: WantedTopic): Assignment {
  const { numPartitions, replicationFactor, assignments } = wanted;
  const refuse = (code: ErrorCode, message: string): Assignment => ({ failure: failed(code, message) });
  if (assignments.length > 0) {
    if (replicationFactor !== -1) {
      return refuse(
        ErrorCode.INVALID_REQUEST,
        'A manual partition assignment was specified, but replication factor was not set to -1.',
      );
    }
    if (numPartitions !== -1) {
      return refuse(
        ErrorCode.INVALID_REQUEST,
        'A manual partition assignment was specified, but numPartitions was not set to -1.',
      );
    }
    const sorted = [...assignments].sort((a, b) => a.partitionIndex - b.partitionIndex);
    if (sorted.some((partition, index) => partition.partitionIndex !== index)) {
      return refuse(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        'partitions should be a consecutive 0-based integer sequence',
      );
    }
    return manualAssignment(
      state,
      sorted.map((partition) => partition.brokerIds),
      undefined,
    );
  }
  if (replicationFactor < -1 || replicationFactor === 0) {
    return refuse(
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0, or -1 to use the default value.',
    );
  }
  if (numPartitions < -1 || numPartitions === 0) {
    return refuse(
      ErrorCode.INVALID_PARTITIONS,
      'Number of partitions was set to an invalid non-positive value.',
    );
  }
  const { settings } = state;
  const partitionCount = numPartitions === -1 ? settings.numPartitions : numPartitions;
  if (partitionCount > RECORDS_MAX) {
    return refuse(
      ErrorCode.POLICY_VIOLATION,
      `Unable to perform excessively large batch operation: at most ${RECORDS_MAX} partitions and configs per request.`,
    );
  }
  return automaticAssignment(state, {
    partitionCount,
    replicationFactor: replicationFactor === -1 ? settings.defaultReplicationFactor : replicationFactor,
  });
}

/** A random uuid in Kafka's text form; one that begins with a dash would look like an option on a command line. */
function newTopicId(state: ControllerState): string {
  for (;;) {
    const bytes = Buffer.from(state.random.bytes(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const id = bytes.toString('base64url');
    if (!id.startsWith('-') && !state.image.topicsById.has(id)) return id;
  }
}

const NO_SETTINGS = { configs: [] };

/** What the response says of a topic's settings. Topics without settings of their own share it. */
type ConfigResults = NonNullable<TopicResult['configs']>;

function configResults(
  wanted: Pick<WantedTopic, 'configs'>,
  defaults: readonly EffectiveConfig[],
): ConfigResults {
  const own = new Map(wanted.configs.map(({ name, value }) => [name, value]));
  return defaults.map((config) => ({
    name: config.name,
    value: own.get(config.name) ?? config.value,
    configSource: own.has(config.name) ? CONFIG_SOURCE_IDS.topic : configSourceId(config.source),
    readOnly: false,
    isSensitive: false,
  }));
}

function success(wanted: WantedTopic, created: Created, configs: ConfigResults): TopicResult {
  return {
    name: wanted.name,
    topicId: created.topicId,
    errorMessage: null,
    numPartitions: created.partitions.length,
    replicationFactor: created.partitions[0]?.length ?? -1,
    configs,
  };
}

function failure(wanted: { readonly name: string }, error: Failure): TopicResult {
  return { name: wanted.name, ...error, configs: [] };
}
