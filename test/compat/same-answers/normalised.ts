import { LENGTH_AT, LOG_OVERHEAD_BYTES } from '../../../src/protocol/records/batch-format.ts';
import { ZERO_UUID } from '../../../src/base/bytes-reader.ts';

/** A random uuid inside a member id. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/**
 * Lists that Kafka answers in the order of its hash tables. Their elements begin with names, so that the text of an
 * element sorts them.
 */
const UNORDERED = new Set([
  'topics',
  'responses',
  'groups',
  'results',
  'members',
  'configs',
  'partitions',
  'activeProducers',
  'replicaElectionResults',
  'resultsByTransaction',
  'resultsByTopicV3AndBelow',
  'resultsByPartition',
  'transactionStates',
  'topicResults',
  'unknownStateFilters',
]);

/** What names a topic id of one broker, by the id. */
export type TopicNames = ReadonlyMap<string, string>;

/** An answer without what must differ between two brokers: addresses, generated ids and times. */
export function normalised(answer: unknown, topicNames: TopicNames): unknown {
  return visit(answer, '', topicNames);
}

function visit(value: unknown, key: string, names: TopicNames): unknown {
  if (Buffer.isBuffer(value)) return (key === 'records' ? wholeBatches(value) : value).toString('latin1');
  if (Array.isArray(value)) {
    const items = value.map((item) => visit(item, key, names));
    if (key === 'configs') return items.filter(isOfKafka43).toSorted(byText);
    return UNORDERED.has(key) ? items.toSorted(byText) : items;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = excused(value as Fields);
    return Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, visit(each, name, names)]));
  }
  return scalar(value, key, names);
}

/** Kafka fills a fetch to its last byte and so ends in a part of a batch, which clients drop; ours leaves it out. */
function wholeBatches(records: Buffer): Buffer {
  let end = 0;
  while (end + LOG_OVERHEAD_BYTES <= records.length) {
    const next = end + LOG_OVERHEAD_BYTES + records.readInt32BE(end + LENGTH_AT);
    if (next > records.length) break;
    end = next;
  }
  return records.subarray(0, end);
}

/** Two settings of tiered storage are newer than Apache Kafka 4.3. */
function isOfKafka43(config: unknown): boolean {
  return !String((config as Fields)['name']).startsWith('remote.copy.lag.');
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Names first: they say which element of the other list this one is to be compared with. */
function sortKey(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const { name, topic, groupId, partitionIndex, partition, memberId, resourceName, topicId } = item as Fields;
  return JSON.stringify([
    name,
    topic,
    groupId,
    resourceName,
    memberId,
    partitionIndex,
    partition,
    topicId,
    item,
  ]);
}

function scalar(value: unknown, key: string, names: TopicNames): unknown {
  switch (key) {
    case 'throttleTimeMs':
    case 'finalizedFeaturesEpoch':
      return 0;
    case 'clusterId':
    case 'logDir':
      return typeof value === 'string' ? '(ours or theirs)' : value;
    case 'sessionId':
      return typeof value === 'number' && value > 0 ? '(a session)' : value;
    case 'totalBytes':
    case 'usableBytes':
      return typeof value === 'number' && value > 0 ? '(a number of bytes)' : value;
    case 'port':
      return typeof value === 'number' && value > 0 ? '(a port)' : value;
    case 'producerId':
      return typeof value === 'number' && value >= 0 ? '(a producer id)' : value;
    case 'logAppendTimeMs':
    case 'lastTimestamp':
      return typeof value === 'number' && value >= 0 ? '(a time)' : value;
    // None where there is nothing to abort, or none told: clients read both the same.
    case 'abortedTransactions':
      return value ?? [];
    case 'topicId':
      if (typeof value !== 'string' || value === ZERO_UUID) return value;
      return names.has(value) ? `(the id of ${names.get(value)})` : '(an id)';
    default:
      return typeof value === 'string' ? text(value) : value;
  }
}

function text(value: string): string {
  return value.replace(UUID, '(a uuid)').replace(/should be within \[.*\]/, 'should be within (bounds)');
}

type Fields = Readonly<Record<string, unknown>>;

/** Differences that can only be told from the fields around them. */
function excused(fields: Fields): Fields {
  // Ours says why a batch was refused where Kafka only logs it, and where the log begins, which Kafka leaves out of some
  // refusals; no client reads it there.
  if ('recordErrors' in fields && fields['errorCode'] !== 0) {
    const { recordErrors, errorMessage } = fields;
    const toldByKafka = Array.isArray(recordErrors) && recordErrors.length > 0;
    return { ...fields, logStartOffset: -1, errorMessage: toldByKafka ? errorMessage : null };
  }
  return fields;
}
