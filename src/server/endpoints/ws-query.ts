import type { FastifyInstance, FastifyRequest } from 'fastify';
import { messageOf } from '../../base/errors.ts';
import { WebSocketAcceptor } from '../http/web-sockets.ts';
import { readStatementRequest, type StatementRequest } from '../rest/request-body.ts';
import { RestError, RestErrorCode, toRestError } from '../rest/rest-error.ts';
import { CloseCode, type WebSocketAnswer } from '../rest/web-socket-answer.ts';
import { refuseInternal } from '../security/peers.ts';
import { answerQuery, type QueryServices } from './answer-query.ts';

/** The one version of this endpoint. */
const VERSION = '1';

/** Lists where a parameter is given several times. */
interface WebSocketParameters {
  readonly request?: unknown;
  readonly version?: unknown;
}

/**
 * `GET /ws/query` as a WebSocket: the parameter `request` holds what `/query` has in its body. What is wrong is told by the code
 * that the connection is closed with, and its reason.
 */
export function addWebSocketQuery(app: FastifyInstance, services: QueryServices): void {
  const acceptor = new WebSocketAcceptor();
  app.get<{ Querystring: WebSocketParameters }>('/ws/query', async (request, reply) => {
    const accepted = acceptor.accept(request.raw);
    if (accepted === undefined) {
      reply.header('upgrade', 'websocket');
      throw new RestError(RestErrorCode.UPGRADE_REQUIRED, '/ws/query is for WebSockets');
    }
    reply.hijack();
    const { client, socket } = await accepted;
    const { gone } = request;
    const answer = services.queries.answerToWebSocket(client, socket, { gone, text: request.url });
    await run(request, answer, services).catch((error: unknown) => {
      const refusal = toRestError(services.kafka.named(error));
      answer.close(closeCodeOf(refusal), refusal.message);
    });
    return reply;
  });
}

async function run(
  request: FastifyRequest<{ Querystring: WebSocketParameters }>,
  answer: WebSocketAnswer,
  services: QueryServices,
): Promise<void> {
  const { stopping } = services;
  const begin = (): WebSocketAnswer => {
    stopping.requireTime();
    return answer;
  };
  const answered = async (): Promise<void> => {
    const input = requestOf(request.query);
    refuseInternal(request, input.properties);
    await answerQuery({ input, gone: request.gone, begin, writerFor: () => answer.writer }, services);
  };
  await stopping.answer(answered, { records: false });
}

/** @throws {RestError} in ksqlDB's words. */
function requestOf({ request, version = VERSION }: WebSocketParameters): StatementRequest {
  if (version !== VERSION) {
    throw new RestError(RestErrorCode.BAD_REQUEST, `Received invalid api version: ${String(version)}`);
  }
  try {
    if (typeof request !== 'string' || request === '') {
      throw new RestError(RestErrorCode.BAD_REQUEST, 'missing request parameter');
    }
    const body: unknown = JSON.parse(request);
    return readStatementRequest(body, { sql: 'ksql', properties: 'streamsProperties' });
  } catch (error) {
    throw new RestError(RestErrorCode.BAD_REQUEST, `Error parsing request: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function closeCodeOf({ errorCode, status }: RestError): number {
  if (errorCode === RestErrorCode.COMMAND_CATCH_UP || status === 503) return CloseCode.TRY_AGAIN_LATER;
  return status < 500 ? CloseCode.UNSUPPORTED_DATA : CloseCode.INTERNAL_ERROR;
}
