import { message } from '../message.ts';
import { int16, int32, string, struct } from '../schema.ts';

/**
 * What precedes the body of every request. Version 2 goes with the flexible versions of an API; the client id keeps its
 * old form there, so that any broker can read the header of any ApiVersions request.
 */
export const requestHeader = message({
  name: 'RequestHeader',
  versions: '1-2',
  flexible: '2+',
  fields: struct({
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    clientId: string({ nullable: '1+', neverFlexible: true }),
  }),
});

/** What precedes the body of every response. Version 1 goes with the flexible versions of an API, but ApiVersions. */
export const responseHeader = message({
  name: 'ResponseHeader',
  versions: '0-1',
  flexible: '1+',
  fields: struct({ correlationId: int32() }),
});
