import { RestError, RestErrorCode } from './rest-error.ts';

/** What `requestProperties` of a request say about the request itself: ksqlDB's KsqlRequestConfig. */
export interface RequestProperties {
  /** It comes from another server of the service: nobody else is asked for its answer. */
  readonly isInternal: boolean;
  /** Only what this server has is answered. */
  readonly skipsForwarding: boolean;
  /** Partitions of the table that are asked for; absent: all. */
  readonly partitions?: ReadonlySet<number>;
  /** By which a push query goes on where an earlier one was. */
  readonly continuationToken?: string;
}

/** Names of request properties, those of ksqlDB. */
export const RequestProperty = {
  INTERNAL: 'request.ksql.internal.request',
  PULL_SKIP_FORWARDING: 'request.ksql.query.pull.skip.forwarding',
  PULL_PARTITIONS: 'request.ksql.query.pull.partition',
  PUSH_CONTINUATION_TOKEN: 'request.ksql.query.push.continuation.token',
} as const;

const none: RequestProperties = { isInternal: false, skipsForwarding: false };

/** @throws {RestError} 40000 for what is no object, or a list of partitions that is none. */
export function readRequestProperties(value: unknown): RequestProperties {
  if (value === undefined || value === null) return none;
  if (typeof value !== 'object' || Array.isArray(value)) throw refused('must be a JSON object');
  const fields = new Map(Object.entries(value));
  const partitions = partitionsOf(fields.get(RequestProperty.PULL_PARTITIONS));
  return {
    isInternal: isTrue(fields.get(RequestProperty.INTERNAL)),
    skipsForwarding: isTrue(fields.get(RequestProperty.PULL_SKIP_FORWARDING)),
    ...(partitions === undefined ? {} : { partitions }),
    ...continuation(fields.get(RequestProperty.PUSH_CONTINUATION_TOKEN)),
  };
}

function continuation(token: unknown): Pick<RequestProperties, 'continuationToken'> {
  if (token === undefined || token === null || token === '') return {};
  if (typeof token === 'string') return { continuationToken: token };
  throw refused(`has a token that is no text: ${RequestProperty.PUSH_CONTINUATION_TOKEN}`);
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** `0,2` or a list; nothing means all. */
function partitionsOf(value: unknown): ReadonlySet<number> | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const parts: readonly unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
  const partitions = parts.map((part) => Number(String(part).trim()));
  if (partitions.every((partition) => Number.isSafeInteger(partition) && partition >= 0)) {
    return new Set(partitions);
  }
  throw refused(`has partitions that are none: ${RequestProperty.PULL_PARTITIONS}`);
}

function refused(what: string): RestError {
  return new RestError(RestErrorCode.BAD_REQUEST, `"requestProperties" ${what}`);
}
