import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import type { FormatColumn } from '../../serde/contract/format.ts';
import { printType } from '../../serde/model/sql-type.ts';

type Side = 'KEY' | 'VALUE';

const word = (side: Side): string => (side === 'KEY' ? 'key' : 'value');

const printed = (columns: readonly FormatColumn[]): string =>
  `[${columns.map(({ name, type }) => `${quoteName(name)} ${printType(type)}`).join(', ')}]`;

/** Columns that come from a schema registry, and what is registered there. */
export const schemaMessages = {
  missing: (facts: {
    readonly side: Side;
    readonly topic: string;
    readonly subject: string;
    readonly id: number | undefined;
  }) => ({
    message: [
      `Schema for message ${word(facts.side)}s on topic '${facts.topic}'` +
        `${facts.id === undefined ? '' : ` with schema id ${facts.id}`} does not exist in the Schema Registry.`,
      `Subject: ${facts.subject}`,
      'Possible causes include:',
      '- The topic itself does not exist',
      '\t-> Use SHOW TOPICS; to check',
      '- Messages on the topic are not serialized using a format Schema Registry supports',
      `\t-> Use PRINT '${facts.topic}' FROM BEGINNING; to verify`,
      '- Messages on the topic have not been serialized using a Confluent Schema Registry supported serializer',
      '\t-> See https://docs.confluent.io/current/schema-registry/docs/serializer-formatter.html',
      '- The schema is registered on a different instance of the Schema Registry',
      '\t-> Use the REST API to list available subjects\thttps://docs.confluent.io/current/schema-registry/docs/api.html#get--subjects',
      '- You do not have permissions to access the Schema Registry.',
      '\t-> See https://docs.confluent.io/current/schema-registry/docs/security.html',
    ].join('\n'),
  }),
  incompatible: (facts: {
    readonly side: Side;
    readonly topic: string;
    readonly reason: string;
    readonly schema: string;
  }) => ({
    message:
      `Unable to verify if the ${word(facts.side)} schema for topic: '${facts.topic}' is compatible with ksqlDB.\n` +
      `Reason: ${facts.reason}\n\n` +
      'Please see https://github.com/confluentinc/ksql/issues/ to see if this particular reason is already known.\n' +
      'If not, log a new issue, including this full error message.\n' +
      `Schema:${facts.schema}`,
  }),
  /** The registered schema is of another language. */
  wrongFormat: (facts: { readonly side: Side; readonly registered: string }) => ({
    message:
      `${facts.side === 'KEY' ? 'Key' : 'Value'} schema is not in the expected format. ` +
      `You may want to set ${facts.side}_FORMAT to '${facts.registered}'.`,
  }),
  noColumns: (schema: string) => ({
    message: `Schema does not include any columns with types that ksqlDB supports.\nschema: ${schema}`,
  }),
  changedColumns: (facts: {
    readonly side: Side;
    readonly changed: readonly FormatColumn[];
    readonly registered: readonly FormatColumn[];
  }) => ({
    message:
      `The following ${word(facts.side)} columns are changed, missing or reordered: ${printed(facts.changed)}. ` +
      `Schema from schema registry is ${printed(facts.registered)}`,
  }),
  notRegistered: (topic: string, reason: string) => ({
    message: `Could not register schema for topic: ${topic}\n${reason}`,
  }),
} satisfies RefusalFamily;
