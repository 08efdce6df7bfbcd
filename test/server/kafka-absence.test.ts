import { expect, it } from 'vitest';
import { OperationalError } from '../../src/base/errors.ts';
import { kafkaError, timedOut } from '../../src/client/kafka-error.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { KafkaAbsence } from '../../src/server/commands/kafka-absence.ts';

const absence = new KafkaAbsence({ bootstrapServers: 'a:1', timeoutMs: 1, failure: () => undefined });

it('says of a cluster that answers and has too few replicas that those are missing', () => {
  const cause = kafkaError(ErrorCode.NOT_ENOUGH_REPLICAS, 'the partition t-0');
  const named = absence.named(timedOut('production to t-0', 1, cause));
  expect(named).toBeInstanceOf(OperationalError);
  expect(String(named)).toMatch(/the Kafka cluster at a:1 lacks replicas: .*min\.insync\.replicas/);
});

it('says of one that says nothing that it does not answer', () => {
  expect(String(absence.named(timedOut('production to t-0', 1)))).toMatch(
    /the Kafka cluster at a:1 does not answer/,
  );
});

it('says of one whose disk is full what its broker has said, and of one that refuses that it answers', () => {
  const full = kafkaError(ErrorCode.KAFKA_STORAGE_ERROR, 't-0', 'the log cannot be written: no space left');
  expect(String(absence.named(timedOut('production to t-0', 1, full)))).toMatch(
    /the Kafka cluster at a:1 cannot write: .*full.*no space left \(KAFKA_STORAGE_ERROR\)/,
  );
  const away = kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, 't-0');
  expect(String(absence.named(timedOut('production to t-0', 1, away)))).toMatch(
    /the Kafka cluster at a:1 answers, but does not do it: .*LEADER_NOT_AVAILABLE/,
  );
});
