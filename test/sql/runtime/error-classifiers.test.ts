import { expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { errorClassifier } from '../../../src/sql/runtime/error-classifiers.ts';
import { QueryErrors } from '../../../src/sql/runtime/query-errors.ts';

const classify = errorClassifier({
  'ksql.error.classifier.regex.full': 'USER .*disk is full.*',
  'ksql.error.classifier.regex.type': 'UNKNOWN TypeError',
  'ksql.streams.commit.interval.ms': '100',
});

it.each<readonly [Error, string]>([
  [new OperationalError('STATE_STORE', 'the disk is full', { retriable: true }), 'USER'],
  [new Error('outside', { cause: new Error('the disk is full, too') }), 'USER'],
  [new OperationalError('STATE_STORE', 'a disk is full of wonders', { retriable: true }), 'USER'],
  [new OperationalError('STATE_STORE', 'the disk is gone', { retriable: true }), 'SYSTEM'],
  [new TypeError('no function'), 'UNKNOWN'],
  [new Error('no TypeError'), 'UNKNOWN'],
])('%s is told as of %s', (error, kind) => {
  const errors = new QueryErrors({ sizeMax: 10, nowMs: () => 1, classify });
  errors.addFailure(error);
  expect(errors.list()).toMatchObject([{ kind }]);
});

it('what is no pattern says nothing', () => {
  expect(errorClassifier({ 'ksql.error.classifier.regex.a': 'USER (' })(new Error('('))).toBeUndefined();
});
