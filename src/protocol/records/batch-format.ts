/**
 * The layout of a record batch, magic 2 (KIP-98): 61 bytes of header, then the records, compressed as a whole or not.
 *
 * The checksum covers everything from the attributes on: base offset and leader epoch can be stamped without it.
 */
export const BASE_OFFSET_AT = 0;
/** Bytes that follow this field. */
export const LENGTH_AT = 8;
export const PARTITION_LEADER_EPOCH_AT = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const LAST_OFFSET_DELTA_AT = 23;
export const BASE_TIMESTAMP_AT = 27;
export const MAX_TIMESTAMP_AT = 35;
export const PRODUCER_ID_AT = 43;
export const PRODUCER_EPOCH_AT = 51;
export const BASE_SEQUENCE_AT = 53;
export const RECORDS_COUNT_AT = 57;
export const RECORDS_AT = 61;

/** The whole header. */
export const BATCH_HEADER_BYTES = RECORDS_AT;
/** Base offset and length: what precedes the bytes that the length counts. */
export const LOG_OVERHEAD_BYTES = 12;
export const MAGIC = 2;

export const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

/** A batch of no idempotent producer. */
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_LEADER_EPOCH = -1;
export const NO_TIMESTAMP = -1;

/** A record takes at least: length, attributes, timestamp delta, offset delta, key length, value length, headers. */
export const RECORD_BYTES_MIN = 7;
