import { OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeLogDirs } from '../../src/protocol/messages/35-describe-log-dirs.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

type Request = RequestOf<typeof describeLogDirs>;
type Result = NonNullable<ResponseInput<typeof describeLogDirs>['results']>[number];
type TopicResult = NonNullable<Result['topics']>[number];
type PartitionResult = NonNullable<TopicResult['partitions']>[number];

const UNKNOWN = -1;

/**
 * DescribeLogDirs (key 35, v1-5): what the replicas of this broker take on disk, and how far each is behind the high
 * watermark; v4+: the size of the disk, and what is left of it. A replica that is offline has the lag -1, as one of which
 * Kafka does not know it; the reason is in the log.
 */
export function describeLogDirsHandler(services: BrokerServices): RequestHandler<typeof describeLogDirs> {
  return {
    api: describeLogDirs,
    inTurn: true,
    answer: (request) => ({ results: [describeFolder(services, request)] }),
  };
}

function describeFolder(services: BrokerServices, request: Request): Result {
  const logDir = services.logManager.directory;
  try {
    const { totalBytes, usableBytes } = services.environment.disk.space(logDir);
    const errorCode = ErrorCode.NONE;
    return { errorCode, logDir, topics: topics(services, request), totalBytes, usableBytes };
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    services.logger.error('the log directory cannot be described', { logDir, error });
    return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, logDir, topics: [] };
  }
}

function topics(services: BrokerServices, request: Request): readonly TopicResult[] {
  const byTopic = new Map<string, PartitionResult[]>();
  const isAsked = asked(request);
  const add = (topic: string, result: PartitionResult): void => {
    const of = byTopic.get(topic);
    if (of === undefined) byTopic.set(topic, [result]);
    else of.push(result);
  };
  const { replicaManager, logManager } = services;
  for (const { topic, index, log } of replicaManager.partitions()) {
    if (!isAsked(topic, index)) continue;
    const offsetLag = Math.max(0, log.highWatermark - log.logEndOffset);
    add(topic, { partitionIndex: index, partitionSize: log.sizeInBytes, offsetLag, isFutureKey: false });
  }
  for (const { topic, partition } of replicaManager.offlineReplicas()) {
    if (!isAsked(topic, partition)) continue;
    const partitionSize = logManager.offlineLog({ topic, partition })?.sizeInBytes ?? UNKNOWN;
    add(topic, { partitionIndex: partition, partitionSize, offsetLag: UNKNOWN, isFutureKey: false });
  }
  return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
}

function asked({ topics }: Request): (topic: string, index: number) => boolean {
  if (topics === null) return () => true;
  const indexes = new Map<string, Set<number>>();
  // As in Kafka, a topic may be named several times.
  for (const { topic, partitions } of topics) {
    const of = indexes.get(topic);
    if (of === undefined) indexes.set(topic, new Set(partitions));
    else for (const index of partitions) of.add(index);
  }
  return (topic, index) => indexes.get(topic)?.has(index) === true;
}
