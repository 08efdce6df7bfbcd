import { allErrors } from '../../src/protocol/index.ts';
import { REST_ERROR_MEANINGS, RestErrorCode } from '../../src/server/index.ts';
import { code, sentence, table } from './markdown.ts';

/** The codes by which the REST API and the Kafka protocol refuse a request. */
export function errorCodesPage(): string {
  const meanings: ReadonlyMap<string, string> = new Map(Object.entries(REST_ERROR_MEANINGS));
  const rest = Object.entries(RestErrorCode).map(([name, number]) => [
    String(number),
    String(Math.floor(number / 100)),
    sentence(meanings.get(name) ?? ''),
  ]);
  const kafka = allErrors().map(({ code: number, name, retriable, message }) => [
    String(number),
    code(name),
    retriable ? 'yes' : '',
    sentence(message),
  ]);
  return [
    '# Error codes\n',
    '## SQL over HTTP\n',
    'The `error_code` of an answer, and the HTTP status that comes with it; `message` says what and where.\n',
    table(['code', 'status', 'meaning'], rest),
    '## Kafka protocol\n',
    "Codes, names and whether a request may be tried again are Kafka's. Those of what the broker does not have are listed, too,",
    'since the client meets them on other brokers.\n',
    table(['code', 'name', 'retriable', 'meaning'], kafka),
  ].join('\n');
}
