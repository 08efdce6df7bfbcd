import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { deleteTopics as api } from '../../src/protocol/messages/20-delete-topics.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { ZERO_DIRECTORY as ZERO_UUID } from '../quorum/election-state.ts';
import { type ControllerState, type Failure, failed, inParts, operationInParts } from './operation.ts';

interface WantedTopic {
  readonly name: string | null;
  readonly topicId: string;
}

/** Version from which topics may be named by id (KIP-516). */
const TOPIC_ID_VERSION = 6;

/** DeleteTopics (key 20): by name, or by id from version 6 on. Overrides of a topic go with it. */
export const deleteTopics = operationInParts({
  api,
  timeoutMs: (request) => request.timeoutMs,
  *parts(request, version) {
    const responses: TopicResult[] = [];
    let groups: readonly SameTopic[] = [];
    let isEnabled = true;
    yield (state) => {
      isEnabled = state.settings.config.get('delete.topic.enable');
      groups = groupedByTopic(state, wantedTopics(request, version));
      return [];
    };
    if (!isEnabled) return disabled(request, version);
    for (const part of inParts(groups, () => 1)) {
      yield (state) => {
        const records: MetadataRecord[] = [];
        for (const sameTopic of part) responses.push(deleteOne(state, sameTopic, records));
        return records;
      };
    }
    return { responses };
  },
  failure: (request, error, version) => ({
    responses: wantedTopics(request, version).map((wanted) => ({ ...wanted, ...error })),
  }),
});

/** The result for one topic; what deletes it is added to `records`. */
function deleteOne(
  state: ControllerState,
  [wanted, second]: SameTopic,
  records: MetadataRecord[],
): TopicResult {
  const errorCode = ErrorCode.INVALID_REQUEST;
  // What is named twice is refused, once, and stays.
  if (second !== undefined && isSameWord(wanted, second)) {
    return { ...wanted, errorCode, errorMessage: repetition(wanted) };
  }
  const found = find(state, wanted);
  if ('failure' in found) return { ...wanted, ...found.failure };
  if (second !== undefined) {
    const errorMessage = 'The provided topic name maps to an ID that was already supplied.';
    return { ...found, errorCode, errorMessage };
  }
  records.push({ type: 'RemoveTopicRecord', data: { topicId: found.topicId } });
  return { ...found, errorCode: ErrorCode.NONE, errorMessage: null };
}

interface TopicResult extends WantedTopic, Failure {}

type SameTopic = readonly [WantedTopic, ...(readonly WantedTopic[])];

/** The topics of a request, those together that stand for the same one. */
function groupedByTopic(state: ControllerState, topics: readonly WantedTopic[]): readonly SameTopic[] {
  const groups = new Map<string, SameTopic>();
  topics.forEach((wanted, i) => {
    const { name, topicId } = wanted;
    const isNamedOnce = (name === null) !== (topicId === ZERO_UUID);
    const id = name === null ? topicId : (state.image.topicsByName.get(name)?.id ?? name);
    const key = isNamedOnce ? id : `${i}`;
    groups.set(key, [...(groups.get(key) ?? []), wanted] as unknown as SameTopic);
  });
  return [...groups.values()];
}

/** Named twice, or given twice by its id, it is refused whether or not there is such a topic. */
function isSameWord(first: WantedTopic, second: WantedTopic): boolean {
  return (first.name === null) === (second.name === null);
}

function repetition({ name }: WantedTopic): string {
  return name === null ? 'Duplicate topic id.' : 'Duplicate topic name.';
}

/** The first version that has the error code for it. */
const DISABLED_VERSION_MIN = 3;

function disabled(request: RequestOf<typeof api>, version: number): { readonly responses: TopicResult[] } {
  const isKnown = version >= DISABLED_VERSION_MIN;
  const errorCode = isKnown ? ErrorCode.TOPIC_DELETION_DISABLED : ErrorCode.INVALID_REQUEST;
  const errorMessage = 'Topic deletion is disabled.';
  return {
    responses: wantedTopics(request, version).map((wanted) => ({ ...wanted, errorCode, errorMessage })),
  };
}

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
