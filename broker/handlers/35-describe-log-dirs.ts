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
 * watermark. The size of the disk itself (v4+) is told as unknown.
 */
export function describeLogDirsHandler(services: BrokerServices): RequestHandler<typeof describeLogDirs> {
  return {
    api: describeLogDirs,
    answer: (request) => ({
      results: [
        {
          errorCode: ErrorCode.NONE,
          logDir: services.logManager.directory,
          topics: topics(services, request),
        },
      ],
    }),
  };
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
