import { expect, it } from 'vitest';

import { AssertionFailure, OperationalError } from '../../../src/base/errors.ts';
import { NO_HEADERS } from '../../../src/streams/index.ts';
import { eachChange } from '../../../src/streams/runtime/changelog-records.ts';
import { unknownFormat } from '../../../src/streams/state/state-format.ts';

const change = { key: Buffer.from('k'), value: Buffer.from('x'), timestamp: 1, headers: NO_HEADERS };
const at = { topic: 'changelog', partition: 3 };

const failing = (error: () => never) => (): void =>
  eachChange(
    [
      { ...change, offset: 7 },
      { ...change, offset: 9 },
    ],
    at,
    ({ offset }) => {
      if (offset === 9) error();
    },
  );

it.each([
  ['its serde cannot read', () => JSON.parse('x') as never],
  [
    'its store does not know',
    () => {
      throw unknownFormat('changelog', 'a key does not begin with a time');
    },
  ],
])('names the record of a changelog that %s', (_what, error: () => never) => {
  expect(failing(error)).toThrow(
    expect.objectContaining({
      code: 'STATE_FORMAT_UNKNOWN',
      message: expect.stringMatching(
        /^the record at offset 9 of changelog, partition 3, cannot be restored: ./,
      ),
    }),
  );
});

it.each([
  new AssertionFailure('a bug'),
  new OperationalError('DISK_FULL', 'the disk is full', { retriable: true }),
])('leaves what the record is not at fault for as it is: %s', (error) => {
  expect(
    failing(() => {
      throw error;
    }),
  ).toThrow(error);
});
