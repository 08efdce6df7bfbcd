import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AnswerWriter, answerWriterFor, MediaType, StreamedRowWriter } from '../rest/answer-writers.ts';
import type { AnswerSink } from '../rest/answer-stream.ts';
import { readStatementRequest, type StatementRequest } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import { refuseInternal } from '../security/peers.ts';
import { answerQuery, type QueryServices } from './answer-query.ts';

/** `POST /query-stream` and the older `POST /query`: the rows of a SELECT, the records of a PRINT. */
export function addQueryRoutes(app: FastifyInstance, services: QueryServices): void {
  app.post('/query-stream', async (request, reply) => {
    const input = readStatementRequest(request.body, { sql: 'sql', properties: 'properties' });
    await runQuery({ request, reply, input }, services, (isPush) => {
      const writer = answerWriterFor(request.headers.accept, { isPush });
      if (writer !== undefined) return writer;
      throw new RestError(
        RestErrorCode.NOT_ACCEPTABLE,
        `No media type of ${request.headers.accept ?? ''} can be sent`,
      );
    });
    return reply;
  });
  app.post('/query', async (request, reply) => {
    const input = readStatementRequest(request.body, { sql: 'ksql', properties: 'streamsProperties' });
    await runQuery({ request, reply, input }, services, (isPush) => new JsonStreamedRowWriter({ isPush }));
    return reply;
  });
}

/** The old endpoint sends the same messages under the plain content type. */
class JsonStreamedRowWriter extends StreamedRowWriter {
  override readonly contentType = MediaType.JSON;
}

interface QueryRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly input: StatementRequest;
}

/** Runs the one SELECT or PRINT of a request and streams its answer. What is wrong is told before anything is sent. */
async function runQuery(
  { request, reply, input }: QueryRequest,
  services: QueryServices,
  writerFor: (isPush: boolean) => AnswerWriter,
): Promise<void> {
  const { queries, stopping } = services;
  const { gone } = request;
  refuseInternal(request, input.properties);
  let ended: Promise<void> = Promise.resolve();
  // Until the answer begins a server that stops may refuse it; then the query is ended, which ends the answer.
  await stopping.answer(
    () =>
      new Promise<void>((begun, failed) => {
        const begin = (contentType: string): AnswerSink => {
          stopping.requireTime();
          reply.hijack();
          begun();
          return queries.answerTo(reply.raw, { contentType, gone, text: input.sql });
        };
        ended = answerQuery({ input, gone, begin, writerFor }, services);
        ended.then(begun, failed);
      }),
    { records: false },
  );
  await ended;
}
