import { OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeLogDirs } from '../../src/protocol/messages/35-describe-log-dirs.ts';
import type { Partition } from '../replication/partition.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

type Request = RequestOf<typeof describeLogDirs>;
type Result = NonNullable<ResponseInput<typeof describeLogDirs>['results']>[number];
type TopicResult = NonNullable<Result['topics']>[number];

/**
 * DescribeLogDirs (key 35, v1-5): what the replicas of this broker take on disk, and how far each is behind the high
 * watermark; v4+: the size of the disk, and what is left of it.
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
  const byTopic = new Map<string, Partition[]>();
  for (const partition of services.replicaManager.partitions()) {
    if (!isAsked(request, partition)) continue;
    const of = byTopic.get(partition.topic);
    if (of === undefined) byTopic.set(partition.topic, [partition]);
    else of.push(partition);
  }
  return [...byTopic].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ index, log }) => ({
      partitionIndex: index,
      partitionSize: log.sizeInBytes,
      offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
      isFutureKey: false,
    })),
  }));
}

function isAsked(request: Request, { topic, index }: Partition): boolean {
  if (request.topics === null) return true;
  return request.topics.some((asked) => asked.topic === topic && asked.partitions.includes(index));
}
