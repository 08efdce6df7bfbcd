import { describe, expect, it } from 'vitest';
import type { BrokerServices } from '../../../broker/handlers/broker-services.ts';
import { brokerHandlers } from '../../../broker/handlers/index.ts';
import type { RequestContext } from '../../../broker/server/request-context.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Field, FieldType } from '../../../src/protocol/schema.ts';
import { includesVersion } from '../../../src/protocol/version-range.ts';
import { defaultValue } from '../../protocol/message-arbitrary.ts';

/** A value with one of everything: what a failed request asked for is then to be found in its answer. */
function sampleOf(type: FieldType, version: number): unknown {
  switch (type.kind) {
    case 'array':
      return [sampleOf(type.element, version)];
    case 'struct':
      return Object.fromEntries(
        Object.entries(type.fields).map(([name, field]) => [name, fieldSample(field, version)]),
      );
    case 'string':
      return 'asked-for';
    case 'uuid':
      return 'BwcHBwcHBwcHBwcHBwcHBw';
    case 'bytes':
    case 'records':
      return Buffer.from([1]);
    default:
      return type.kind === 'bool' ? true : 1;
  }
}

function fieldSample(field: Field, version: number): unknown {
  return includesVersion(field.versions, version) ? sampleOf(field.type, version) : defaultValue(field);
}

function errorCodesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'errorCode' || name === 'partitionErrorCode' ? [inner] : errorCodesIn(inner),
  );
}

/** An answer to a failure tells nothing about the cluster; that of ApiVersions alone lists what is served. */
const services = new Proxy({} as BrokerServices, {
  get: (_target, name) => {
    throw new Error(`the failure of a request needs ${String(name)}`);
  },
});

/** These have no error code in these versions: the connection is closed, as after any answer that cannot be given. */
const SAY_NOTHING = new Set(['DescribeLogDirs v1', 'DescribeLogDirs v2']);

const cases = [...brokerHandlers(services).values()]
  .filter(({ api }) => api.name !== 'ApiVersions')
  .flatMap((handler) => {
    const { min, max } = handler.api.versions;
    return Array.from({ length: max - min + 1 }, (_, index) => ({
      handler,
      version: min + index,
      name: `${handler.api.name} v${min + index}`,
    }));
  });

describe('a request that failed as a whole', () => {
  it.each(cases)('is told as failed by $name', ({ handler, version, name }) => {
    const { api } = handler;
    const sample = sampleOf({ kind: 'struct', fields: api.request.fields }, version);
    const request = decodeStruct(api.request, version, encodeStruct(api.request, version, sample));
    const errorCode = ErrorCode.UNKNOWN_SERVER_ERROR;
    const own = api.response.fields['errorCode'];
    const hasOwn = own !== undefined && includesVersion(own.versions, version);
    if (handler.failure === undefined && !hasOwn) {
      expect(SAY_NOTHING).toContain(name);
      return;
    }
    const context = { apiVersion: version } as RequestContext;
    const answer = handler.failure?.(request, errorCode, context) ?? { errorCode };
    const decoded = decodeStruct(api.response, version, encodeStruct(api.response, version, answer));
    expect(errorCodesIn(decoded)).toContain(errorCode);
  });
});
