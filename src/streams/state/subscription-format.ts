/** What is kept of a subscription, beside its keys. */
export interface StoredSubscription {
  readonly hash: Buffer | null;
  readonly primaryPartition: number;
  /** In milliseconds. */
  readonly timestamp: number;
}

export const SUBSCRIPTION_VERSION = 1;
export const HASH_BYTES = 16;
/** Set in the version byte. */
export const HASH_IS_NULL = 0x80;
/** The instructions of subscriptions that stay (KIP-213); nobody looks at which of them a row of the store has. */
const PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE = 2;
const PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE = 3;
const HEAD_BYTES = 2;
const PARTITION_BYTES = 4;

/**
 * A subscription in the format of Kafka Streams' subscription store, version 1, which is that of the message that asked for it:
 * the version and whether there is a hash, the instruction, the hash, the primary key, and its partition. The time is that of
 * the changelog's record.
 */
export function encodeSubscription(primaryKey: Buffer, stored: StoredSubscription): Buffer {
  const { hash, primaryPartition } = stored;
  const version = hash === null ? SUBSCRIPTION_VERSION | HASH_IS_NULL : SUBSCRIPTION_VERSION;
  const keyAt = HEAD_BYTES + (hash === null ? 0 : HASH_BYTES);
  const bytes = Buffer.allocUnsafe(keyAt + primaryKey.length + PARTITION_BYTES);
  bytes[0] = version;
  bytes[1] = PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE;
  hash?.copy(bytes, HEAD_BYTES);
  primaryKey.copy(bytes, keyAt);
  bytes.writeInt32BE(primaryPartition, keyAt + primaryKey.length);
  return bytes;
}

/** Reads what {@link isSubscription} and has as many bytes as {@link subscriptionBytes}. */
export function decodeSubscription(bytes: Buffer, timestamp: number): StoredSubscription {
  return {
    hash: hasHash(bytes) ? Buffer.from(bytes.subarray(HEAD_BYTES, HEAD_BYTES + HASH_BYTES)) : null,
    primaryPartition: bytes.readInt32BE(bytes.length - PARTITION_BYTES),
    timestamp,
  };
}

/** Whether a value has Kafka Streams' format: an earlier one of ours has the first byte of a time where that has the instruction. */
export function isSubscription(bytes: Buffer): boolean {
  const instruction = bytes[1];
  return (
    instruction === PROPAGATE_NULL_IF_NO_FK_VAL_AVAILABLE ||
    instruction === PROPAGATE_ONLY_IF_FK_VAL_AVAILABLE
  );
}

/** How many bytes a subscription of this primary key has. */
export function subscriptionBytes(bytes: Buffer, primaryKey: Buffer): number {
  return HEAD_BYTES + (hasHash(bytes) ? HASH_BYTES : 0) + primaryKey.length + PARTITION_BYTES;
}

function hasHash(bytes: Buffer): boolean {
  return ((bytes[0] ?? 0) & HASH_IS_NULL) === 0;
}
