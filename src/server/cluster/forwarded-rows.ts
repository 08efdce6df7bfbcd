import { printType } from '../../serde/model/sql-type.ts';
import type { PullQuery } from '../../sql/index.ts';
import { resultSchemaText } from '../../sql/queries/result-schema.ts';
import { MediaType, type PassedForm } from '../rest/answer-writers.ts';
import { type Fields, fieldsOf } from '../rest/json-fields.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import { type PeerAnswer, peerUnreachable } from './peer-client.ts';
import { linesOf } from './row-lines.ts';

/** What a line of an answer is: the text of a row, or a message. */
type AnswerLine = { readonly row: string } | { readonly message: Fields };

/** The media type that rows of a form come in. */
export const acceptedAs: Readonly<Record<PassedForm, string>> = {
  delimited: MediaType.DELIMITED,
  protobuf: MediaType.PROTOBUF,
};

/**
 * Reads the rows of another server's answer as the text that they have, without looking into them.
 * @throws {RestError} what that server has told instead of rows, or in their midst.
 * @throws {OperationalError} `PEER_UNREACHABLE` where the answer breaks off.
 */
export async function* forwardedRows(
  answer: PeerAnswer,
  from: { readonly host: string; readonly query: PullQuery; readonly passes: PassedForm },
): AsyncGenerator<readonly string[], void> {
  let hasHeader = false;
  for await (const lines of received(answer, from.host)) {
    const rows: string[] = [];
    for (const line of lines) {
      const read = LINES[from.passes](line);
      if (read === undefined) continue;
      if ('row' in read) rows.push(read.row);
      else if (hasHeader || answer.status !== 200) throwMessage(read.message, from.host);
      else hasHeader = checkHeader(read.message, from);
    }
    if (rows.length > 0) yield rows;
  }
  if (!hasHeader) throw peerUnreachable(from.host, `an empty answer of status ${answer.status}`);
}

/** Lines of an answer, as they come. @throws {OperationalError} `PEER_UNREACHABLE` where it breaks off. */
async function* received({ chunks }: PeerAnswer, host: string): AsyncGenerator<readonly string[], void> {
  const lines = linesOf(chunks);
  try {
    for (;;) {
      const { done = false, value } = await lines.next().catch((error: unknown) => {
        throw peerUnreachable(host, 'its answer breaks off', error);
      });
      if (done || value === undefined) return;
      yield value;
    }
  } finally {
    await lines.return();
  }
}

const LINES: Readonly<Record<PassedForm, (line: string) => AnswerLine | undefined>> = {
  delimited: (line) => {
    if (line === '') return undefined;
    return line.startsWith('[') ? { row: line } : { message: fieldsOf(JSON.parse(line)) };
  },
  /** Elements of one array, a line each, with commas at their ends. */
  protobuf: (line) => {
    const text = line.replace(/^\[/, '').replace(/[\],]$/, '');
    if (text === '') return undefined;
    const row = /^\{"row":\{(.*)\}\}$/.exec(text)?.[1];
    return row === undefined ? { message: fieldsOf(JSON.parse(text)) } : { row };
  },
};

/** What follows the header and is no row is an error. */
function throwMessage(message: Fields, host: string): never {
  const { error_code: code, message: text } = fieldsOf(message['errorMessage'] ?? message);
  throw new RestError(
    typeof code === 'number' ? code : RestErrorCode.SERVER_ERROR,
    typeof text === 'string' ? text : `the server at ${host} has told no reason`,
  );
}

/** @throws {RestError} where the other server reads other columns: its catalog is another one. */
function checkHeader(
  message: Fields,
  { host, query, passes }: { readonly host: string; readonly query: PullQuery; readonly passes: PassedForm },
): true {
  const fields = fieldsOf(message['header'] ?? message);
  const [theirs, ours] =
    passes === 'protobuf'
      ? [fields['schema'], resultSchemaText(query.columns, 'pull')]
      : [
          JSON.stringify([fields['columnNames'], fields['columnTypes']]),
          JSON.stringify([
            query.columns.map(({ name }) => name),
            query.columns.map(({ type }) => printType(type)),
          ]),
        ];
  if (theirs === ours) return true;
  if (fields['error_code'] !== undefined) throwMessage(fields, host);
  throw new RestError(
    RestErrorCode.SERVER_ERROR,
    `Schemas ${String(theirs)} from host ${host} differs from schema ${String(ours)}`,
  );
}
