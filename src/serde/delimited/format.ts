import { DiagnosticError } from '../../base/errors.ts';
import type { Format, FormatProperties, FormatSpec, RowSerde } from '../contract/format.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { nulls, type SqlValue } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { requireKnownProperties } from '../contract/unsupported.ts';
import { csvReader, csvQuoter } from './csv.ts';
import { fieldPrinter, fieldReader } from './fields.ts';

/** One line of separated values, quoted as Apache commons-csv does. The property `delimiter` is a character, TAB or SPACE. */
export const delimitedFormat: Format = {
  name: 'DELIMITED',
  features: new Set(['UNWRAP_SINGLES']),
  properties: ['delimiter'],
  inheritedProperties: ['delimiter'],
  usesSchemaRegistry: false,
  validateProperties(properties) {
    requireKnownProperties('DELIMITED', ['delimiter'], properties);
    delimiterOf(properties);
  },
  validate(spec) {
    for (const column of spec.columns) {
      const { kind } = column.type;
      if (kind === 'ARRAY' || kind === 'MAP' || kind === 'STRUCT') {
        throw new DiagnosticError({
          message: `The 'DELIMITED' format does not support type '${kind}', column: ${quoteName(column.name)}`,
        });
      }
    }
  },
  createSerde: delimitedSerde,
};

const namedDelimiters: Readonly<Record<string, string>> = { TAB: '\t', SPACE: ' ' };

/** The delimiter of a format's properties; a comma where none is set. @throws {DiagnosticError} with ksqlDB's texts. */
function delimiterOf(properties: FormatProperties): string {
  const text = properties.delimiter;
  if (text === undefined) return ',';
  if (text === '' || (text.trim() === '' && text.length === 1)) {
    throw new DiagnosticError({
      message:
        'Delimiter cannot be empty, if you meant to have a tab or space for delimiter, ' +
        "please use the special values 'TAB' or 'SPACE'\nExample valid value: ';'",
    });
  }
  const named = namedDelimiters[text];
  if (named !== undefined) return named;
  if (text.length === 1) return text;
  throw new DiagnosticError({
    message: `Invalid delimiter value: '${text}'. Delimiter must be a single character or TAB,SPACE\nExample valid value: ';'`,
  });
}

function delimitedSerde(spec: FormatSpec): RowSerde {
  const delimiter = delimiterOf(spec.properties);
  const { columns } = spec;
  const printers = columns.map((column) => fieldPrinter(column.type));
  const readers = columns.map(({ name, type }) =>
    // Any text is a STRING: nothing is to be checked.
    spec.unread?.has(name) === true && type.kind === 'STRING' ? undefined : fieldReader(type),
  );
  const quote = csvQuoter(delimiter);
  const split = csvReader(delimiter);
  return {
    serialize(row) {
      if (row === null || (columns.length === 1 && (row[0] ?? null) === null)) return null;
      let text = '';
      for (let index = 0; index < printers.length; index += 1) {
        if (index > 0) text += delimiter;
        const value = row[index] ?? null;
        const print = printers[index];
        if (value !== null && print !== undefined) text += quote(print(value), { first: index === 0 });
      }
      return Buffer.from(text, 'utf8');
    },
    deserialize(bytes) {
      if (bytes === null) return null;
      return readFields(split(bytes.toString('utf8')), readers, spec);
    },
  };
}

function readFields(
  fields: readonly string[],
  readers: readonly (((text: string) => SqlValue) | undefined)[],
  { columns, trailingNulls = 0 }: FormatSpec,
): SqlValue[] {
  if (fields.length !== columns.length) {
    throw new SerdeError(`Unexpected field count, csvFields:${fields.length} schemaFields:${columns.length}`);
  }
  const row = nulls(columns.length + trailingNulls);
  for (let index = 0; index < fields.length; index += 1) {
    const text = fields[index] ?? '';
    const read = readers[index];
    if (text !== '' && read !== undefined) row[index] = read(text);
  }
  return row;
}
