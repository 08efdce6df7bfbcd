import type { RefusalFamily } from '../../base/errors.ts';

const BEGIN_ANEW = 'run the query without the token: it shows what comes from now on';

/** Push queries that go on where another one was. */
export const pushMessages = {
  tokenUnreadable: () => ({
    message: 'The continuation token is none that this service has given',
    hint: BEGIN_ANEW,
  }),
  tokenUnused: () => ({
    message:
      'Only scalable push queries can be continued: those that filter or project the result of a persistent query, with ' +
      'ksql.query.push.v2.enabled and without auto.offset.reset=earliest',
    hint: BEGIN_ANEW,
  }),
  tokenOfAnother: (topic: string) => ({
    message: `The continuation token is not of the topic ${topic} as it is now`,
    hint: BEGIN_ANEW,
  }),
  tokenOutOfRange: (topic: string) => ({
    message: `The topic ${topic} does not have the rows any more that follow the continuation token`,
    hint: BEGIN_ANEW,
  }),
  tooManyCatchUps: (max: number) => ({
    message: `Too many catchups registered, ksql.query.push.v2.max.catchup.consumers is ${max}`,
    hint: 'try again when those that are continued now have caught up',
  }),
} as const satisfies RefusalFamily;
