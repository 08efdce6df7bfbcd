/** Facts of Kafka Connect that the languages of schemas share: ksqlDB's schemas go by way of its types. */

/** What the names of Connect's logical types begin with: `Date`, `Time`, `Timestamp` and `Decimal` follow. */
export const CONNECT_DATA = 'org.apache.kafka.connect.data.';

/** The precision of decimals that do not say any. */
export const CONNECT_PRECISION_DEFAULT = 64;
