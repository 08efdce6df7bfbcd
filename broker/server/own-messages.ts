import { decodeStruct, encodeStruct } from '../../src/protocol/codec.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../src/protocol/message.ts';

/*
 * What a process asks itself takes the same form as over the wire, so that versions and defaults mean the same.
 */

/** The request as its receiver would have it. */
export function receivedRequest<A extends Api>(
  api: A,
  version: number,
  request: RequestInput<A>,
): RequestOf<A> {
  return decodeStruct(api.request, version, encodeStruct(api.request, version, request)) as RequestOf<A>;
}

/** The response as its receiver would have it. */
export function receivedResponse<A extends Api>(api: A, version: number, response: unknown): ResponseOf<A> {
  return decodeStruct(api.response, version, encodeStruct(api.response, version, response)) as ResponseOf<A>;
}
