/** Where the offsets of groups are, and what groups keep. */
export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets';
/** Where the coordinator of transactions keeps what it decides. */
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC]);

/** Whether clients other than the broker may not write to the topic. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}
