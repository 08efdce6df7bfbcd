import type { FastifyInstance } from 'fastify';
import { type ServiceTermination, wholePattern } from '../commands/service-termination.ts';
import { MediaType } from '../rest/answer-writers.ts';
import { requireObject } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { StartGate, StopGate } from '../rest/server-life.ts';

interface TerminateServices {
  readonly termination: ServiceTermination;
  readonly progress: StartGate;
  readonly stopping: StopGate;
}

/** `POST /ksql/terminate`: ends the service for good, and deletes the topics of its results that are listed, by name or by pattern. */
export function addTerminate(
  app: FastifyInstance,
  { termination, progress, stopping }: TerminateServices,
): void {
  app.post('/ksql/terminate', async ({ body }, reply) => {
    const entities = await stopping.answer(
      async () => {
        progress.requireReady();
        const deleteTopicList = topicListOf(body);
        return [await termination.record({ deleteTopicList })];
      },
      { records: true },
    );
    return reply.type(MediaType.JSON).send(entities);
  });
}

/** @throws {RestError} 40000 for a list that is none, or holds what is no pattern. */
function topicListOf(body: unknown): readonly string[] {
  if (body === undefined) return [];
  const { deleteTopicList: list } = requireObject(body, 'the body');
  if (list === undefined || list === null) return [];
  const isList = Array.isArray(list) && list.every((each) => typeof each === 'string');
  if (!isList) {
    throw new RestError(RestErrorCode.BAD_REQUEST, '"deleteTopicList" must be a list of names and patterns');
  }
  const texts: readonly string[] = list;
  for (const pattern of texts) checkPattern(pattern);
  return texts;
}

function checkPattern(pattern: string): void {
  try {
    wholePattern(pattern);
  } catch (error) {
    throw new RestError(RestErrorCode.BAD_REQUEST, `Invalid pattern: ${pattern}`, { cause: error });
  }
}
