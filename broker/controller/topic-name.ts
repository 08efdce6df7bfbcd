import { isReservedTopic } from '../log/partition-directory.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';

const NAME_LENGTH_MAX = 249;

/**
 * Whether nobody may create a topic of this name, whichever way (Kafka answers INVALID_REQUEST): its folders would lie over
 * the broker's own.
 */
export function isProhibitedTopicName(name: string): boolean {
  return isReservedTopic(name);
}

/** What is wrong with a topic's name, or undefined (`org.apache.kafka.common.internals.Topic`). */
export function checkTopicName(name: string): string | undefined {
  if (name === '') return 'Topic name is invalid: the empty string is not allowed';
  if (name === '.' || name === '..') return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > NAME_LENGTH_MAX) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${NAME_LENGTH_MAX}`;
  }
  if (/^[a-zA-Z0-9._-]+$/.test(name)) return undefined;
  return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
}

/** An existing topic whose name is the same once '.' and '_' are (metric names do not tell them apart). */
export function collidingTopic(image: MetadataImage, name: string): string | undefined {
  if (!/[._]/.test(name)) return undefined;
  const normal = normalized(name);
  const other = normalNames(image.topicsByName).get(normal);
  return other === name ? undefined : other;
}

const normalNamesOf = new WeakMap<MetadataImage['topicsByName'], ReadonlyMap<string, string>>();

/** Names by what they are normally, worked out once for all topics of a request. */
function normalNames(topics: MetadataImage['topicsByName']): ReadonlyMap<string, string> {
  let names = normalNamesOf.get(topics);
  if (names === undefined) {
    names = new Map([...topics.keys()].map((name) => [normalized(name), name]));
    normalNamesOf.set(topics, names);
  }
  return names;
}

function normalized(name: string): string {
  return name.replaceAll('.', '_');
}
