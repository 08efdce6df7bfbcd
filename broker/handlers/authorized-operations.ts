/**
 * Bit fields of Kafka's AclOperation codes, for clients that ask what they may do. There is no authorizer yet:
 * everybody may do everything that the resource knows.
 */

/** READ 3, WRITE 4, CREATE 5, DELETE 6, ALTER 7, DESCRIBE 8, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11. */
export const TOPIC_OPERATIONS = bits(3, 4, 5, 6, 7, 8, 10, 11);
/** CREATE 5, ALTER 7, DESCRIBE 8, CLUSTER_ACTION 9, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11, IDEMPOTENT_WRITE 12. */
export const CLUSTER_OPERATIONS = bits(5, 7, 8, 9, 10, 11, 12);
/** READ 3, DELETE 6, DESCRIBE 8, DESCRIBE_CONFIGS 10, ALTER_CONFIGS 11. */
export const GROUP_OPERATIONS = bits(3, 6, 8, 10, 11);
/** "Not asked for." */
export const OPERATIONS_NOT_ASKED = -2147483648;

function bits(...codes: readonly number[]): number {
  return codes.reduce((field, code) => field | (1 << code), 0);
}
