import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AssertionFailure,
  DiagnosticError,
  OperationalError,
} from '../../../src/base/errors.ts';
import { ProtocolError } from '../../../src/base/protocol-error.ts';
import { SerdeError } from '../../../src/serde/model/serde-error.ts';
import { errorOf, errorRecord } from '../../../src/streams/threads/error-record.ts';
import { StreamsFailure } from '../../../src/streams/index.ts';

const assertion = new AssertionFailure('an invariant');
assertion.stopped = 'query Q';

const span = { start: 1, end: 2, line: 1, column: 2 };
const context = {
  ...{ topic: 't', partition: 3, offset: 17, taskId: '0_3', nodeName: 'n' },
  sink: undefined,
  record: { key: 1, value: { toString: () => 'not to be cloned' }, timestamp: 5, headers: [] },
};

const ERRORS: readonly (readonly [string, Error])[] = [
  ['a bug', assertion],
  ['what the outside did', new OperationalError('DISK_FULL', 'no space', { retriable: true })],
  [
    'what the outside did because of something else',
    new OperationalError('X', 'x', {
      retriable: false,
      cause: new OperationalError('Y', 'y', { retriable: true }),
    }),
  ],
  ["a user's mistake", new DiagnosticError({ message: 'm', detail: 'd', hint: 'h', span, suggestion: 's' })],
  ['a wrong argument', new ArgumentError('a.b[0]', { message: 'expected a number' })],
  ['bytes that are not what they should be', new SerdeError('not JSON')],
  ['a record that failed', new StreamsFailure('processing', context, new SerdeError('not JSON'))],
  ['what the protocol does not allow', new ProtocolError(42, 'a short frame')],
  ['anything else', new RangeError('out of range')],
];

describe('errors come over from a thread as what they are', () => {
  it.each(ERRORS)('%s', (_what, error) => {
    const received = errorOf(structuredClone(errorRecord(error)));
    expect(received.name).toBe(error.name);
    expect(received.message).toBe(error.message);
    expect(received.stack).toBe(error.stack);
    expect(factsOf(received)).toEqual(factsOf(error));
    expect(String(received.cause)).toBe(String(error.cause));
  });
});

/** What code asks of an error. */
function factsOf(error: Error): unknown {
  if (error instanceof AssertionFailure) return { type: AssertionFailure, stopped: error.stopped };
  if (error instanceof OperationalError) {
    return { type: OperationalError, code: error.code, retriable: error.retriable };
  }
  if (error instanceof ArgumentError) {
    return { type: ArgumentError, argument: error.argument, code: error.code, diagnostic: error.diagnostic };
  }
  if (error instanceof DiagnosticError) return { type: DiagnosticError, diagnostic: error.diagnostic };
  if (error instanceof SerdeError) return { type: SerdeError };
  if (error instanceof StreamsFailure) {
    const { record: _, ...place } = error.context;
    return { type: StreamsFailure, kind: error.kind, place, cause: error.cause instanceof SerdeError };
  }
  return undefined;
}

it('what was thrown that is no error comes over as its text', () => {
  expect(errorOf(structuredClone(errorRecord('just a text')))).toMatchObject({ message: 'just a text' });
});
