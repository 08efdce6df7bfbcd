import { expect, it } from 'vitest';
import { FailureWatch } from '../../src/client/index.ts';
import type { PartitionFailure } from '../../src/client/index.ts';
import { kafkaError } from '../../src/client/kafka-error.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';

it('tells once of what fails for long, again with another reason, again while it lasts, and again after it has worked', () => {
  let failing: readonly PartitionFailure[] = [];
  const told: string[] = [];
  const watch = new FailureWatch([{ failing: () => failing }], ({ error, forMs }) => {
    told.push(`${error.code} ${forMs}`);
  });
  const check = (name: keyof typeof ErrorCode, forMs: number): void => {
    failing = [{ topic: 't', partition: 0, error: kafkaError(ErrorCode[name], 't-0'), forMs }];
    watch.check();
  };
  check('KAFKA_STORAGE_ERROR', 500);
  check('KAFKA_STORAGE_ERROR', 20_000);
  check('KAFKA_STORAGE_ERROR', 21_000);
  check('LEADER_NOT_AVAILABLE', 22_000);
  failing = [];
  watch.check();
  check('LEADER_NOT_AVAILABLE', 30_000);
  for (let forMs = 35_000; forMs <= 640_000; forMs += 5_000) check('LEADER_NOT_AVAILABLE', forMs);
  expect(told).toEqual([
    'KAFKA_STORAGE_ERROR 20000',
    'LEADER_NOT_AVAILABLE 22000',
    'LEADER_NOT_AVAILABLE 30000',
    'LEADER_NOT_AVAILABLE 330000',
    'LEADER_NOT_AVAILABLE 630000',
  ]);
});
