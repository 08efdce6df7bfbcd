import type { SessionProperties } from './session.ts';

/** ksqlDB's default of `ksql.hidden.topics`: topics of Kafka and of Confluent's products. */
export const HIDDEN_TOPICS =
  '_confluent.*,__confluent.*,_schemas,__consumer_offsets,__transaction_state,connect-configs,connect-offsets,' +
  'connect-status,connect-statuses';

/** Whether SHOW TOPICS leaves a topic out: one of the properties' patterns is its whole name. */
export function hiddenTopics(properties: SessionProperties): (name: string) => boolean {
  const text = properties['ksql.hidden.topics'] ?? HIDDEN_TOPICS;
  const patterns = text.split(',').map((pattern) => pattern.trim());
  const hidden = patterns
    .filter((pattern) => pattern !== '')
    .map((pattern) => new RegExp(`^(?:${pattern})$`));
  return (name) => hidden.some((pattern) => pattern.test(name));
}
