import type { Print } from '../../../grammar/ast.ts';
import type { Environment } from '../../base/environment.ts';
import type { LateSignal } from '../../base/late-signal.ts';
import type { SchemaRegistryClient } from '../../serde/index.ts';
import type { PreparedStatement } from '../../sql/index.ts';
import { streamedBy } from '../../sql/statements/streamed.ts';
import type { KafkaAbsence } from '../commands/kafka-absence.ts';
import type { AnswerSink } from '../rest/answer-stream.ts';
import type { AnswerWriter } from '../rest/answer-writers.ts';
import { openTopic, printTopic } from '../rest/print-topic.ts';
import type { QueryRunner } from '../rest/query-runner.ts';
import type { StatementRequest } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { StatementExecutor } from '../rest/statement-executor.ts';
import type { StartGate, StopGate } from '../rest/server-life.ts';

/** What SELECT and PRINT are answered from. */
export interface QueryServices {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly executor: StatementExecutor;
  readonly queries: QueryRunner;
  readonly kafka: KafkaAbsence;
  readonly progress: StartGate;
  readonly stopping: StopGate;
  /** The registry that SQL asks. */
  readonly schemas: SchemaRegistryClient;
}

/** How one SELECT or PRINT is answered. */
interface QueryExchange {
  readonly input: StatementRequest;
  /** Aborted when the client has gone away. */
  readonly gone: LateSignal;
  /** Called when the query can run: what is wrong is told otherwise before that. */
  readonly begin: (contentType: string) => AnswerSink;
  readonly writerFor: (isPush: boolean) => AnswerWriter;
}

/** Runs the one SELECT or PRINT of a request and sends its answer. @throws {RestError} */
export async function answerQuery(
  { input, gone, begin, writerFor }: QueryExchange,
  services: QueryServices,
): Promise<void> {
  services.progress.requireReady();
  await services.executor.caughtUpWith(input.commandSequenceNumber);
  const statement = oneStatement(await services.executor.prepare(input.sql, input.session), input.sql);
  const { queries } = services;
  const streamed = streamedBy(statement.statement);
  if (streamed === undefined) {
    throw new RestError(
      RestErrorCode.BAD_STATEMENT,
      `Statement type \`${statement.statement.kind}\` not supported for this resource: only SELECT and PRINT are`,
      { statementText: statement.text },
    );
  }
  if (streamed.of === 'topic') {
    const { print } = streamed;
    return queries.withSlot(statement, () => printTo(begin, { print, text: statement.text }, services));
  }
  const writer = writerFor(queries.isPush(statement));
  const { sql: script, properties } = input;
  return queries.run({ script, prepared: statement, properties, writer, gone, begin });
}

function oneStatement(prepared: readonly PreparedStatement[], script: string): PreparedStatement {
  const [statement] = prepared;
  if (statement !== undefined && prepared.length === 1) return statement;
  throw new RestError(
    RestErrorCode.BAD_STATEMENT,
    `Expected exactly one KSQL statement; found ${prepared.length} instead`,
    { statementText: script },
  );
}

async function printTo(
  begin: QueryExchange['begin'],
  { print, text }: { readonly print: Print; readonly text: string },
  services: QueryServices,
): Promise<void> {
  const consumer = await openTopic(print, text, services);
  await printTopic(print, consumer, {
    stream: begin('text/plain; charset=utf-8'),
    stopped: services.stopping.begun,
    schemas: services.schemas,
  });
}
