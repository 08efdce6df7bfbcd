import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../base/errors.ts';
import type { SqlEngine } from '../../sql/index.ts';
import type { KafkaAbsence } from '../commands/kafka-absence.ts';
import type { BodyReader } from '../http/body-reader.ts';
import { allowLongBody, endLongBody } from '../http/long-bodies.ts';
import { ackWriterFor } from '../rest/insert-acks.ts';
import { InsertStream } from '../rest/insert-stream.ts';
import { LineSplitter } from '../rest/line-splitter.ts';
import type { QueryRunner } from '../rest/query-runner.ts';
import { readInsertsRequest } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { StartGate, StopGate } from '../rest/server-life.ts';

interface InsertsServices {
  readonly engine: SqlEngine;
  readonly queries: QueryRunner;
  readonly kafka: KafkaAbsence;
  readonly progress: StartGate;
  readonly stopping: StopGate;
  /** A line of the request may be as long as the whole body of another one. */
  readonly bodies: Pick<BodyReader, 'bytesMax'>;
}

/**
 * `POST /inserts-stream`: a line with the target and properties, then a line for each row; answered by an acknowledgement for each
 * row. ksqlDB serves it over HTTP/2 only, here it is over HTTP/1.1, too.
 */
export function addInsertsStream(app: FastifyInstance, services: InsertsServices): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The body is read line by line, and not before it is known where to.
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.post('/inserts-stream', async (request, reply) => {
      await insertRows(request, reply, services);
      return reply;
    });
    done();
  });
}

async function insertRows(
  request: FastifyRequest,
  reply: FastifyReply,
  services: InsertsServices,
): Promise<void> {
  const { engine, queries, kafka, progress, stopping } = services;
  const writer = ackWriterFor(request.headers.accept);
  if (writer === undefined) {
    const what = `No media type of ${request.headers.accept ?? ''} can be sent`;
    throw new RestError(RestErrorCode.NOT_ACCEPTABLE, what);
  }
  const lines = new LineSplitter(services.bodies.bytesMax);
  const body = request.raw;
  const { rows, first } = await stopping.answer(
    async () => {
      progress.requireReady();
      const { head, rest } = await firstLine(request, lines);
      const { target } = readInsertsRequest(parsedHead(head));
      return { rows: await engine.inserts(target), first: rest };
    },
    { records: false },
  );
  stopping.requireTime();
  allowLongBody(body);
  reply.raw.once('close', () => endLongBody(body));
  reply.hijack();
  const { contentType } = writer;
  const stream = queries.answerTo(reply.raw, { contentType, gone: request.gone, text: '/inserts-stream' });
  const named = (error: unknown): unknown => kafka.named(error);
  await new InsertStream({ rows, body, lines, stream, writer, stopped: stopping.begun, named }).run(first);
}

/** The line that says where the rows go, and those that have come with it. What comes behind them waits. */
function firstLine(
  { raw: body, gone }: FastifyRequest,
  lines: LineSplitter,
): Promise<{ readonly head: string; readonly rest: readonly string[] }> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      const [head, ...rest] = lines.push(chunk);
      if (lines.isTooLong) settle(() => reject(tooLarge()));
      else if (head !== undefined) settle(() => resolve({ head, rest }));
    };
    const onEnd = (): void => settle(() => resolve({ head: lines.end(), rest: [] }));
    const onGone = (): void => settle(() => reject(cutOff()));
    const settle = (outcome: () => void): void => {
      body.pause();
      body.off('data', onData);
      body.off('end', onEnd);
      body.off('error', onGone);
      gone.signal.removeEventListener('abort', onGone);
      outcome();
    };
    body.on('data', onData);
    body.once('end', onEnd);
    body.once('error', onGone);
    gone.signal.addEventListener('abort', onGone);
  });
}

function parsedHead(line: string): unknown {
  try {
    const head: unknown = JSON.parse(line);
    return head;
  } catch (error) {
    const message = `The first line of an inserts stream is not JSON: ${messageOf(error)}`;
    throw new RestError(RestErrorCode.BAD_REQUEST, message, { cause: error });
  }
}

const tooLarge = (): RestError =>
  new RestError(RestErrorCode.BAD_REQUEST, 'The first line of the inserts stream is too large');

const cutOff = (): RestError => new RestError(RestErrorCode.BAD_REQUEST, 'The request was cut off');
