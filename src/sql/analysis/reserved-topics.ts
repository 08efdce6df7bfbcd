import type { SessionProperties } from './session.ts';

/** ksqlDB's default of `ksql.hidden.topics` and `ksql.readonly.topics`: topics of Kafka and of Confluent's products. */
export const RESERVED_TOPICS =
  '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,' +
  'connect-status,connect-statuses';

/** Whether SHOW TOPICS leaves a topic out: one of the properties' patterns is its whole name. */
export function hiddenTopics(properties: SessionProperties): (name: string) => boolean {
  return matching(properties['ksql.hidden.topics']);
}

/** Whether no statement may write to a topic or delete it: one of the properties' patterns is its whole name. */
export function isReadOnlyTopic(name: string, properties: SessionProperties): boolean {
  return matching(properties['ksql.readonly.topics'])(name);
}

/** Of the text that was asked for last: as a rule all statements of a server have the same. */
let last: { readonly text: string; readonly matches: (name: string) => boolean } | undefined;

function matching(text: string = RESERVED_TOPICS): (name: string) => boolean {
  if (last?.text !== text) last = { text, matches: matcherOf(text) };
  return last.matches;
}

/** Whether a text can be one of the properties' patterns. */
export function isTopicPattern(text: string): boolean {
  try {
    wholeName(text);
    return true;
  } catch {
    return false;
  }
}

const wholeName = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

function matcherOf(text: string): (name: string) => boolean {
  const patterns = text.split(',').map((pattern) => pattern.trim());
  const reserved = patterns.filter((pattern) => pattern !== '').map(wholeName);
  return (name) => reserved.some((pattern) => pattern.test(name));
}
