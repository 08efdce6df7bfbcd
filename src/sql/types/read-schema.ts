import { LogicalSchema, type SchemaColumn } from './logical-schema.ts';
import { PrintedText } from './printed-text.ts';
import { typeIn } from './read-type.ts';

/**
 * Reads a schema as {@link LogicalSchema.toString} writes it, as plans have it: `` `ID` INTEGER KEY, `V` STRING ``.
 * @throws {DiagnosticError} for any other text.
 */
export function readSchema(text: string): LogicalSchema {
  const columns: SchemaColumn[] = [];
  const printed = new PrintedText(text, 'schema');
  if (printed.isAtEnd) return new LogicalSchema(columns);
  do columns.push(columnIn(printed));
  while (printed.accept(', '));
  if (!printed.isAtEnd) throw printed.wrong();
  return new LogicalSchema(columns);
}

function columnIn(text: PrintedText): SchemaColumn {
  const name = text.name();
  text.expect(' ');
  const type = typeIn(text);
  if (text.accept(' KEY')) return { name, type, namespace: 'KEY' };
  if (text.accept(' HEADERS')) return { name, type, namespace: 'HEADERS' };
  if (!text.accept(' HEADER(')) return { name, type, namespace: 'VALUE' };
  const headerKey = text.literal();
  text.expect(')');
  return { name, type, namespace: 'HEADERS', headerKey };
}
