import { offsetCommit } from '../../src/protocol/messages/08-offset-commit.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/** OffsetCommit (key 8, v2-10): stores offsets of a group, answered once they are committed; v10 topics by id. */
export function offsetCommitHandler(services: BrokerServices): RequestHandler<typeof offsetCommit> {
  return {
    api: offsetCommit,
    answer: (request, context) => services.groups.offsetCommit(request, groupContext(context)),
    failure: ({ topics }, errorCode) => ({
      topics: topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      })),
    }),
  };
}
