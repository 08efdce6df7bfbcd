import type { RestErrorCode } from './rest-error.ts';

/** What each error code of the REST API tells a client, for the reference. */
export const REST_ERROR_MEANINGS = {
  BAD_REQUEST: 'the request is not right: no JSON, or a field that is missing or of the wrong type',
  BAD_STATEMENT: 'the statement is not right: its syntax, an unknown source, a type that does not fit',
  WRONG_ENDPOINT: 'the statement belongs to another endpoint: queries go to `/query` or `/query-stream`',
  TOO_MANY_PUSH_QUERIES: 'as many push queries run as may',
  INTERNAL_ONLY: 'the request asks for what only servers of the service ask each other',
  UNAUTHORIZED: 'the request does not say who sends it, or not truly (`authentication.method`)',
  FORBIDDEN:
    'the request comes from a page of an origin that is not allowed, or its user has no role that may do this',
  NOT_FOUND: 'there is nothing at this path, or no such command',
  NOT_ACCEPTABLE: 'the server has no answer of a type that the client accepts',
  UNSUPPORTED_MEDIA_TYPE: 'the body has another content type than JSON',
  ASSERTION_FAILED: 'what an ASSERT TOPIC or ASSERT SCHEMA states did not come true in its time',
  MISDIRECTED: 'the request names a host that this server is not known by',
  UPGRADE_REQUIRED: 'the endpoint is for WebSockets',
  METHOD_NOT_ALLOWED: 'the endpoint is served by another method, which the header Allow names',
  TOO_MANY_REQUESTS: 'queries take as much as they may (`ksql.query.pull.max.qps` and its kind)',
  COMMAND_CATCH_UP: 'the command whose number the client has sent was not carried out here in time',
  SERVER_ERROR: 'the server failed; its log says more',
  NOT_READY: 'not now: the server is starting or has too much in hand, or the cluster does not answer',
  SHUTTING_DOWN: 'the server is shutting down',
  SHUT_DOWN: 'the service was terminated (`/ksql/terminate`)',
} as const satisfies Record<keyof typeof RestErrorCode, string>;
