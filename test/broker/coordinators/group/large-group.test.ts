import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../../src/base/logger.ts';
import { Consumer } from '../../../../src/client/index.ts';
import { TestBrokers } from '../../running-broker.ts';

const LIMIT = 4000;

const brokers = new TestBrokers();
beforeEach(() => () => brokers.close());

it('a group whose data are too large for a record is named in the log with size and limit, and its members are told', async () => {
  const warnings: unknown[] = [];
  const logger: Logger = {
    ...silentLogger,
    warn: (message, fields) => void warnings.push({ message, ...fields }),
    child: () => logger,
  };
  const { address } = await brokers.start({ 'message.max.bytes': LIMIT }, { logger });
  const bootstrapServers = `${address.host}:${address.port}`;
  // The record of a group has the ids of its members.
  const clientId = 'c'.repeat(LIMIT);
  const consumer = new Consumer({ environment, bootstrapServers, groupId: 'large', clientId });
  consumer.subscribe(['in']);
  const joining = (async () => {
    for (;;) await consumer.poll(100);
  })();
  await expect(joining).rejects.toMatchObject({
    code: 'UNKNOWN_SERVER_ERROR',
    message: expect.stringMatching(/group large: .*larger than max\.message\.bytes of __consumer_offsets/),
  });
  expect(warnings).toContainEqual({
    message: expect.stringContaining('larger than max.message.bytes of __consumer_offsets'),
    group: 'large',
    bytes: expect.any(Number),
    limit: LIMIT,
  });
  await consumer.close();
});
