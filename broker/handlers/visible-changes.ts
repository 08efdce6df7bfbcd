import { ZERO_UUID } from '../../src/base/bytes-reader.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import type { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import type { createPartitions } from '../../src/protocol/messages/37-create-partitions.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';

/*
 * A client that was told that a topic is made, grown or gone asks this broker about it next. The controller answers when the
 * change is committed, and this broker hears of that a moment later: these functions say whether it has.
 */

/** Whether the image has all topics that a request has made. */
export function hasCreations(
  request: RequestOf<typeof createTopics>,
  { topics = [] }: ResponseInput<typeof createTopics>,
  image: MetadataImage,
): boolean {
  return (
    request.validateOnly ||
    topics.every(
      ({ errorCode, name, topicId }) =>
        isError(errorCode) ||
        // An earlier topic of the name may not be gone here yet. Before version 7 the answer has no id.
        (topicId === undefined || topicId === ZERO_UUID ? has(image, name) : image.topicsById.has(topicId)),
    )
  );
}

/** Whether the image has all partitions that a request has added. */
export function hasGrowth(
  request: RequestOf<typeof createPartitions>,
  { results = [] }: ResponseInput<typeof createPartitions>,
  image: MetadataImage,
): boolean {
  if (request.validateOnly) return true;
  const refused = new Set(results.filter(({ errorCode }) => isError(errorCode)).map(({ name }) => name));
  return request.topics.every(
    ({ name, count }) => refused.has(name) || (image.topicsByName.get(name)?.partitions.size ?? 0) >= count,
  );
}

/** Whether all topics that a request has deleted are gone; there may be another one of the name by then. */
export function hasDeletions(
  { responses = [] }: ResponseInput<typeof deleteTopics>,
  { before, after }: { readonly before: MetadataImage; readonly after: MetadataImage },
): boolean {
  return responses.every(({ errorCode, name, topicId }) => {
    if (isError(errorCode)) return true;
    // Before version 6 the answer has no id.
    const id = before.topicsByName.get(name ?? '')?.id ?? topicId;
    return id === undefined || !after.topicsById.has(id);
  });
}

function has(image: MetadataImage, name: string | undefined): boolean {
  return image.topicsByName.has(name ?? '');
}

function isError(errorCode: number | undefined): boolean {
  return (errorCode ?? ErrorCode.NONE) !== ErrorCode.NONE;
}
