import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { near } from './refusal.ts';
import { shortTopicName } from './topic-name.ts';

const DELIMITER_EXAMPLE = "\nExample valid value: ';'";
const SIZE_EXAMPLE = "write a number and a unit: '10 SECONDS'";

/** What names the topic elsewhere. */
const OF_OTHERS: ReadonlySet<string> = new Set(['CONNECTOR', 'TOPIC']);

/** A value that a property cannot have, in the words of Kafka's ConfigDef, which ksqlDB gives on as of a property. */
const invalidValue = (name: string, value: string, reason: string): { readonly message: string } => ({
  message: `Invalid value ${value} for property ${name}: ${reason}`,
});

const invalidSize = (text: string): string =>
  `Configuration WINDOW_SIZE is invalid: Invalid duration: '${text}'.`;

/** The WITH clause: its names, its values, and what goes with what. */
export const withMessages = {
  unknown: (names: readonly string[], known: readonly string[]) => ({
    message: `Invalid config variable(s) in the WITH clause: ${names.join(',')}`,
    ...(names.some((name) => OF_OTHERS.has(name))
      ? { hint: "name the topic and its format: WITH (KAFKA_TOPIC='topic', VALUE_FORMAT='JSON')" }
      : near(nearestName(names[0] ?? '', known))),
  }),
  givenTwice: (name: string, [first, second]: readonly [string, string]) => ({
    message: `Multiple entries with same key: ${name}=${first} and ${name}=${second}`,
    hint: `write ${name} once`,
  }),
  missing: (name: string) => ({
    message: `Missing required property "${name}" which has no default value.`,
    ...(name === 'KAFKA_TOPIC' ? { hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)" } : {}),
  }),
  notText: (name: string, value: string, javaType: string) =>
    invalidValue(name, value, `Expected value to be a string, but it was a ${javaType}`),
  notBoolean: (name: string, value: string) =>
    invalidValue(name, value, 'Expected value to be either true or false'),
  /** A text that is no number. */
  notNumber: (name: string, value: string, type: 'INT' | 'LONG') =>
    invalidValue(name, value, `Not a number of type ${type}`),
  /** A literal of another type. */
  notInteger: (name: string, value: string, javaType: string) =>
    invalidValue(name, value, `Expected value to be a 32-bit integer, but it was a ${javaType}`),
  /** What no topic can be called. */
  topicName: (name: string) => ({
    ...invalidValue(
      'KAFKA_TOPIC',
      `'${shortTopicName(name)}'`,
      'A topic is named by 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-", and not "." or ".."',
    ),
    hint: "name the topic: WITH (KAFKA_TOPIC='topic', …)",
  }),
  /** Beyond what a request to the cluster can say. */
  notCount: (name: string, value: string, max: number) =>
    invalidValue(
      name,
      value,
      `Expected a whole number from 1 to ${max}, or -1 for the default of the cluster`,
    ),
  retention: (value: string) =>
    invalidValue('RETENTION_MS', value, 'Expected milliseconds, or -1 for records that are kept for ever'),
  cleanupPolicy: (value: string, policies: readonly string[]) => ({
    ...invalidValue(
      'CLEANUP_POLICY',
      `'${value}'`,
      `Expected one of: ${[...policies, policies.join(',')].join(' | ')}`,
    ),
    ...near(nearestName(value, policies)),
  }),
  notOneOf: (name: string, value: string, values: readonly string[]) => ({
    ...invalidValue(name, value, `String must be one of: ${values.join(', ')}, null`),
    ...near(nearestName(value, values)),
  }),
  formatTwice: (side: 'KEY_FORMAT' | 'VALUE_FORMAT') => ({
    message:
      `Cannot supply both '${side}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. ` +
      "Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.",
  }),
  missingFormat: () => ({
    message:
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via " +
      "the 'ksql.persistence.default.format.value' config.",
    hint: "add VALUE_FORMAT='JSON'",
  }),
  emptyDelimiter: (name: string) => ({
    message:
      `Configuration ${name} is invalid: Delimiter cannot be empty, if you meant to have a tab or space for ` +
      `delimiter, please use the special values 'TAB' or 'SPACE'${DELIMITER_EXAMPLE}`,
  }),
  longDelimiter: (name: string, delimiter: string) => ({
    message:
      `Configuration ${name} is invalid: Invalid delimiter value: '${delimiter}'. ` +
      `Delimiter must be a single character or TAB,SPACE${DELIMITER_EXAMPLE}`,
  }),

  windowSizeParts: (text: string, parts: number) => ({
    message: `${invalidSize(text)} Expected 2 parts, got ${parts}.`,
    hint: SIZE_EXAMPLE,
  }),
  windowSizeNumber: (text: string, amount: string) => ({
    message: `${invalidSize(text)} Size is not a number: '${amount}'`,
    hint: SIZE_EXAMPLE,
  }),
  windowSizeUnit: (text: string, unit: string) => ({
    message: `${invalidSize(text)} Unknown time unit: '${unit}'`,
    hint: SIZE_EXAMPLE,
  }),
  windowSizeMissing: (type: string) => ({
    message:
      `${type} windows require 'WINDOW_SIZE' to be provided in the WITH clause. ` +
      "For example: 'WINDOW_SIZE'='10 SECONDS'",
  }),
  /** It says nothing of the keys then. */
  windowSizeAlone: () => ({
    message: "'WINDOW_SIZE' should not be set without 'WINDOW_TYPE'.",
    hint: "add WINDOW_TYPE='TUMBLING', or leave WINDOW_SIZE out",
  }),
  windowSizeOfSession: () => ({ message: "'WINDOW_SIZE' should not be set for SESSION windows." }),
  /** Windows are a part of keys. */
  windowWithoutKey: () => ({
    message: 'Windowed sources require a key column.',
    hint: 'declare one: (id INT KEY, …)',
  }),

  timestampMissing: (column: string, columns: readonly string[]) => ({
    message: `The TIMESTAMP column set in the WITH clause does not exist in the schema: '${column}'`,
    ...near(nearestName(column, columns)),
  }),
  timestampType: (column: string) => ({
    message: `Timestamp column, ${quoteName(column)}, should be LONG(INT64), TIMESTAMP, or a String with a TIMESTAMP_FORMAT specified.`,
  }),
  /** In Java's words for a pattern. */
  timestampFormat: (reason: string) => ({
    message: `Invalid datetime format for config:TIMESTAMP_FORMAT, reason:${reason}`,
    hint: "write letters of a pattern, and others in quotes: TIMESTAMP_FORMAT='yyyy-MM-dd''T''HH:mm:ss'",
  }),
  timestampFormatMissing: () => ({
    message: 'A String timestamp field has been specified without also specifying the TIMESTAMP_FORMAT',
    hint: "add TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'",
  }),
  timestampFormatOfNumber: () => ({ message: "'TIMESTAMP_FORMAT' set for field that is not a STRING" }),
  timestampFormatAlone: () => ({
    message: "Invalid configuration: 'TIMESTAMP_FORMAT' set without setting 'TIMESTAMP'",
  }),

  wrapUnsupported: (format: string, wrap: boolean) => ({
    message: `Format '${format}' does not support 'WRAP_SINGLE_VALUE' set to '${wrap}'.`,
  }),
  wrapOfSeveral: () => ({ message: "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas" }),
  keyFormatWithoutKey: () => ({ message: 'Key format specified for stream without key columns.' }),
  schemaIdUnsupported: (side: 'KEY' | 'VALUE', format: string) => ({
    message:
      `${side}_FORMAT should support schema inference when ${side}_SCHEMA_ID is provided. ` +
      `Current format is ${format}.`,
  }),
  schemaIdAndColumns: (side: 'KEY' | 'VALUE') => ({
    message: `Table elements and ${side}_SCHEMA_ID cannot both exist for create statement.`,
  }),
  /** What comes before the reason why a format cannot write these columns. */
  formatSchema: (facts: {
    readonly side: 'key' | 'value';
    readonly format: string;
    readonly columns: readonly string[];
    readonly features: readonly string[];
  }) => ({
    message:
      `${facts.side === 'key' ? 'Key' : 'Value'} format does not support schema.\nformat: ${facts.format}\n` +
      `schema: Persistence{columns=[${facts.columns.join(', ')}], features=[${facts.features.join(', ')}]}\nreason: `,
  }),
} satisfies RefusalFamily;
