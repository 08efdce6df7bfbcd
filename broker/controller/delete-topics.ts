import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { deleteTopics as api } from '../../src/protocol/messages/20-delete-topics.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ZERO_DIRECTORY as ZERO_UUID } from '../quorum/election-state.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';

interface WantedTopic {
  readonly name: string | null;
  readonly topicId: string;
}

/** Version from which topics may be named by id (KIP-516). */
const TOPIC_ID_VERSION = 6;

/** DeleteTopics (key 20): by name, or by id from version 6 on. Overrides of a topic go with it. */
export const deleteTopics = operation({
  api,
  timeoutMs: (request) => request.timeoutMs,
  decide(state, request, version) {
    const records: MetadataRecord[] = [];
    const seen = new Set<string>();
    const responses = wantedTopics(request, version).map((wanted) => {
      const found = find(state, wanted);
      if ('failure' in found) return { ...wanted, ...found.failure };
      if (seen.has(found.topicId))
        return { ...wanted, ...failed(ErrorCode.INVALID_REQUEST, 'Duplicate topic.') };
      seen.add(found.topicId);
      records.push({ type: 'RemoveTopicRecord', data: { topicId: found.topicId } });
      return { ...found, errorMessage: null };
    });
    return { records, response: { responses } };
  },
  failure: (request, error, version) => ({
    responses: wantedTopics(request, version).map((wanted) => ({ ...wanted, ...error })),
  }),
});

function wantedTopics(request: RequestOf<typeof api>, version: number): WantedTopic[] {
  if (version >= TOPIC_ID_VERSION) return request.topics.map(({ name, topicId }) => ({ name, topicId }));
  return request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

function find(
  state: ControllerState,
  { name, topicId }: WantedTopic,
): { readonly name: string; readonly topicId: string } | { readonly failure: Failure } {
  const refuse = (code: ErrorCode, message: string) => ({ failure: failed(code, message) });
  if (name !== null && topicId !== ZERO_UUID) {
    return refuse(ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.');
  }
  if (name === null && topicId === ZERO_UUID) {
    return refuse(ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.');
  }
  const topic = name === null ? state.image.topicsById.get(topicId) : state.image.topicsByName.get(name);
  if (topic !== undefined) return { name: topic.name, topicId: topic.id };
  return name === null
    ? refuse(ErrorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.')
    : refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.');
}
