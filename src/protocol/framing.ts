import { BytesReader } from '../base/bytes-reader.ts';
import type { BytesWriter } from '../base/bytes-writer.ts';
import { malformed } from '../base/protocol-error.ts';
import { apiOf } from './apis.ts';
import { decodeFrom, encodeInto, withWriter } from './codec.ts';
import type { Api, RequestInput, RequestOf, ResponseInput, ResponseOf } from './message.ts';
import { requestHeader, responseHeader } from './messages/headers.ts';
import { includesVersion } from './version-range.ts';

/**
 * Requests and responses as they travel: four bytes of size, a header, a body (protocol guide, "Request and response
 * headers"). A frame, here, is what follows the size.
 */

const API_VERSIONS_KEY = 18;
/** Key, version and correlation id. */
const FIXED_HEADER_BYTES = 8;

export interface RequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
}

/**
 * A request as chunks to write to the socket, in order, the size first.
 * @throws {ProtocolError} UNSUPPORTED_VERSION when the version cannot carry the request.
 */
export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  body: RequestInput<A>,
): Buffer[] {
  return finishFrame(
    withWriter((writer) => {
      writer.int32(0);
      encodeInto(writer, requestHeader, includesVersion(api.flexible, version) ? 2 : 1, {
        requestApiKey: api.key,
        requestApiVersion: version,
        correlationId: header.correlationId,
        clientId: header.clientId,
      });
      encodeInto(writer, api.request, version, body);
    }),
  );
}

/** A response as chunks to write to the socket, in order, the size first. */
export function encodeResponse<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: ResponseInput<A>,
): Buffer[] {
  return finishFrame(
    withWriter((writer) => {
      writer.int32(0);
      encodeInto(writer, responseHeader, responseHeaderVersion(api, version), { correlationId });
      encodeInto(writer, api.response, version, body);
    }),
  );
}

function finishFrame(writer: BytesWriter): Buffer[] {
  writer.setInt32AtStart(writer.length - 4);
  return writer.finish();
}

/**
 * Reads the header of a request. The reader is left at the body, if the API is one that we know ({@link apiOf}): for
 * another, the form of the header is not known, and only the key, the version and the correlation id can be trusted.
 */
export function decodeRequestHeader(frame: Buffer): {
  readonly header: RequestHeader;
  readonly reader: BytesReader;
} {
  const reader = new BytesReader(frame);
  if (frame.length < FIXED_HEADER_BYTES) malformed('a request is shorter than its header');
  const api = apiOf(frame.readInt16BE(0));
  // A version newer than we know is flexible if the newest known one is: that is how ApiVersions can be answered.
  const flexible = api !== undefined && frame.readInt16BE(2) >= api.flexible.min && api.flexible.max > 0;
  const decoded = decodeFrom(requestHeader, flexible ? 2 : 1, reader);
  const header: RequestHeader = {
    apiKey: decoded.requestApiKey,
    apiVersion: decoded.requestApiVersion,
    correlationId: decoded.correlationId,
    clientId: decoded.clientId,
  };
  return { header, reader };
}

/**
 * Reads the body of a request, from where {@link decodeRequestHeader} left the reader. What follows it in the frame is
 * ignored, as Apache Kafka does: clients live from that (librdkafka's Metadata v9+ of all topics ends in three bytes
 * too many).
 * @throws {ProtocolError} for bytes that are not such a request.
 */
export function decodeRequest<A extends Api>(api: A, version: number, reader: BytesReader): RequestOf<A> {
  return decodeFrom(api.request, version, reader) as RequestOf<A>;
}

/** The number that says which request a response frame answers. */
export function correlationIdOf(frame: Buffer): number {
  if (frame.length < 4) malformed('a response is shorter than its header');
  return frame.readInt32BE(0);
}

/**
 * Reads a response frame, header included.
 * @throws {ProtocolError} for bytes that are not such a response, bytes left over included.
 */
export function decodeResponse<A extends Api>(api: A, version: number, frame: Buffer): ResponseOf<A> {
  const reader = new BytesReader(frame);
  decodeFrom(responseHeader, responseHeaderVersion(api, version), reader);
  const body = decodeFrom(api.response, version, reader);
  reader.expectEnd();
  return body as ResponseOf<A>;
}

/** ApiVersions answers with the old header in all versions: a client that asks does not know what the broker speaks. */
function responseHeaderVersion(api: Api, version: number): number {
  return api.key !== API_VERSIONS_KEY && includesVersion(api.flexible, version) ? 1 : 0;
}
