import { ErrorCode } from '../../src/protocol/error-codes.ts';
import {
  FetchedPartition,
  type FetchRequest,
  type FetchSession,
  nextSessionEpoch,
  type PartitionNews,
} from './fetch-session.ts';
import { type FetchSessionCache, NO_SESSION } from './fetch-session-cache.ts';

/** The session epochs of requests that name all their partitions: one that would open a session, one that wants none. */
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;

/** Which partitions a fetch is about, and what is to be said of them in the end. */
interface FetchContext {
  readonly partitions: readonly FetchedPartition[];
  /** Called once with what was read, in the order of the partitions. */
  conclude(news: readonly PartitionNews[]): FetchConclusion;
}

export interface FetchConclusion {
  readonly errorCode: number;
  readonly sessionId: number;
  /** By partition, whether the response names it; undefined where it names all. */
  readonly told?: readonly boolean[];
}

/** What a request says of itself beside its fields. */
interface FetchReader {
  readonly isFollower: boolean;
  /** The version names topics by id. */
  readonly usesTopicIds: boolean;
}

/**
 * What a request means, with the sessions that there are (KIP-227); an error code where it means nothing.
 *
 * A full request, of epoch 0 or -1, names all its partitions and ends the session that it names; with epoch 0 its response
 * opens another one. An incremental one names what has changed since the request before it, of the epoch before.
 */
export function fetchContext(
  sessions: FetchSessionCache,
  request: FetchRequest,
  reader: FetchReader,
): FetchContext | ErrorCode {
  const { sessionId, sessionEpoch } = request;
  if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
    sessions.remove(sessionId);
    const partitions = partitionsOf(request);
    return sessionEpoch === FINAL_EPOCH ? sessionless(partitions) : opening(sessions, partitions, reader);
  }
  const session = sessions.get(sessionId);
  if (session === undefined) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
  if (session.epoch !== sessionEpoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH;
  if (session.usesTopicIds !== reader.usesTopicIds) return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
  session.update(request);
  if (session.partitionCount === 0) {
    sessions.remove(session.id);
    return sessionless(partitionsOf(request));
  }
  sessions.touch(session);
  session.epoch = nextSessionEpoch(session.epoch);
  return incremental(session);
}

function partitionsOf({ topics }: FetchRequest): readonly FetchedPartition[] {
  return topics.flatMap((topic) =>
    topic.partitions.map((partition) => new FetchedPartition(topic, partition)),
  );
}

function sessionless(partitions: readonly FetchedPartition[]): FetchContext {
  return { partitions, conclude: () => ({ errorCode: ErrorCode.NONE, sessionId: NO_SESSION }) };
}

function opening(
  sessions: FetchSessionCache,
  partitions: readonly FetchedPartition[],
  reader: FetchReader,
): FetchContext {
  return {
    partitions,
    conclude(news) {
      news.forEach((each, i) => partitions[i]?.onTold(each));
      return { errorCode: ErrorCode.NONE, sessionId: sessions.create({ ...reader, partitions }) };
    },
  };
}

function incremental(session: FetchSession): FetchContext {
  const { partitions, epoch } = session;
  return {
    partitions,
    conclude(news) {
      // The reader has asked again meanwhile: what it is told now would be out of order.
      if (session.epoch !== epoch)
        return { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH, sessionId: session.id, told: [] };
      const told = news.map((each, i) => partitions[i]?.mustTell(each) === true);
      news.forEach(({ sizeInBytes }, i) => {
        const partition = partitions[i];
        if (partition !== undefined && sizeInBytes > 0) session.moveToEnd(partition);
      });
      return { errorCode: ErrorCode.NONE, sessionId: session.id, told };
    },
  };
}
