import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import { messageOf } from '../../src/base/errors.ts';
import {
  Admin,
  ArgumentError,
  Consumer,
  nodeEnvironment,
  OperationalError,
  Producer,
} from '../../src/client/index.ts';
import { failureOf, spoil, WRONG } from '../base/spoiled-arguments.ts';

describe('wrong arguments from plain JavaScript are refused by name, or do what they say:', () => {
  let broker: Broker | undefined;
  let folder = '';
  let bootstrapServers = '';
  const stray: unknown[] = [];
  const onStray = (error: unknown): void => void stray.push(error);

  beforeAll(async () => {
    process.on('unhandledRejection', onStray);
    folder = mkdtempSync(path.join(tmpdir(), 'millrace-wrong-'));
    broker = await Broker.start({
      environment: nodeEnvironment,
      config: {
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'log.dirs': folder,
        'group.initial.rebalance.delay.ms': '0',
      },
    });
    bootstrapServers = `127.0.0.1:${broker.address.port}`;
    const admin = new Admin({ bootstrapServers });
    await admin.createTopics([{ name: 't', partitions: 1 }]);
    await admin.close();
  });

  afterAll(async () => {
    await broker?.close();
    rmSync(folder, { recursive: true, force: true });
    process.off('unhandledRejection', onStray);
    expect(stray).toEqual([]);
  });

  const common = (): Record<string, unknown> => ({
    bootstrapServers,
    clientId: 'c',
    requestTimeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    retryBackoffMs: 10,
    retryBackoffMsMax: 20,
    reconnectBackoffMs: 10,
    reconnectBackoffMsMax: 20,
    metadataAgeMsMax: 10_000,
    connectionsIdleMsMax: 10_000,
  });

  it('the options of a producer', async () => {
    const options = {
      ...common(),
      environment: { ...nodeEnvironment },
      acks: 'all',
      lingerMs: 0,
      batchBytesMax: 1_000,
      bufferBytesMax: 10_000,
      requestBytesMax: 10_000,
      compression: 'gzip',
      idempotent: true,
      transactionalId: null,
      inFlightMax: 1,
      retriesMax: 1,
      deliveryTimeoutMs: 1_000,
      blockMsMax: 1_000,
      partitioner: { partition: () => 0 },
    };
    await spoil('new Producer', [options], (wrong) => new Producer(wrong).close());
  });

  it('the options of a consumer', async () => {
    const options = {
      ...common(),
      groupId: 'g',
      groupInstanceId: 'i',
      assignors: ['range'],
      autoOffsetReset: 'latest',
      autoOffsetResetOf: () => 'latest',
      isolationLevel: 'read_committed',
      fetchBytesMin: 1,
      fetchBytesMax: 1,
      fetchWaitMsMax: 1,
      partitionFetchBytesMax: 1,
      pollRecordsMax: 1,
      pollIntervalMsMax: 1_000,
      sessionTimeoutMs: 1_000,
      heartbeatIntervalMs: 10,
      autoCommit: true,
      autoCommitIntervalMs: 10,
      checkCrcs: true,
      allowAutoTopicCreation: true,
      excludeInternalTopics: true,
      clientRack: 'r',
      defaultApiTimeoutMs: 1_000,
    };
    await spoil('new Consumer', [options], (wrong) => new Consumer(wrong).close());
  });

  it('the options of an admin client', async () => {
    await spoil('new Admin', [{ ...common(), defaultApiTimeoutMs: 1_000 }], (wrong) =>
      new Admin(wrong).close(),
    );
  });

  it('records, and the methods of a producer', async () => {
    const producer = new Producer({
      bootstrapServers,
      deliveryTimeoutMs: 2_000,
      blockMsMax: 500,
      lingerMs: 0,
    });
    const record = {
      topic: 't',
      partition: 0,
      key: 'k',
      value: 'v',
      timestamp: 1,
      headers: [{ key: 'h', value: 'x' }],
    };
    await spoil('send', [record, () => undefined], (...args: never[]) =>
      producer.send(args[0] as never, args[1]),
    );
    await spoil('sendAndWait', [record], (wrong) => producer.sendAndWait(wrong));
    await spoil('partitionsFor', ['t'], (wrong) => producer.partitionsFor(wrong));
    // What was right about them is delivered, and what was refused has left no trace.
    await producer.flush().catch(() => {});
    await expect(producer.sendAndWait({ topic: 't', value: 'last' })).resolves.toMatchObject({ topic: 't' });
    await producer.close();
  });

  it('what a partitioner answers', async () => {
    for (const answer of WRONG) {
      const producer = new Producer({
        bootstrapServers,
        lingerMs: 0,
        deliveryTimeoutMs: 2_000,
        partitioner: { partition: () => answer as number },
      });
      const failure = await failureOf(() => producer.sendAndWait({ topic: 't', value: 'v' }));
      if (failure !== undefined && !(failure instanceof OperationalError))
        expect(failure).toBeInstanceOf(ArgumentError);
      await producer.close().catch(() => {});
    }
  });

  it('the methods of a consumer', async () => {
    const partition = { topic: 't', partition: 0 };
    const calls: readonly (readonly [name: string, args: readonly unknown[]])[] = [
      ['pause', [[partition]]],
      ['resume', [[partition]]],
      ['seek', [partition, 1]],
      ['seekToBeginning', [[partition]]],
      ['seekToEnd', [[partition]]],
      ['position', [partition]],
      ['positionNow', [partition]],
      ['lag', [partition]],
      ['commit', [[{ ...partition, offset: 1, leaderEpoch: 0, metadata: 'm' }]]],
      ['committed', [[partition]]],
      ['beginningOffsets', [[partition]]],
      ['endOffsets', [[partition]]],
      ['offsetsForTimes', [[{ ...partition, timestamp: 1 }]]],
      ['partitionsFor', ['t']],
      ['enforceRebalance', ['r']],
    ];
    const consumer = new Consumer({
      bootstrapServers,
      groupId: 'g',
      autoCommit: false,
      defaultApiTimeoutMs: 500,
    });
    consumer.assign([partition]);
    for (const [name, args] of calls) {
      const methods = consumer as unknown as Record<string, (...args: never[]) => unknown>;
      await spoil(name, args, (...wrong: never[]) => methods[name]?.call(consumer, ...wrong));
    }
    for (const wrong of WRONG) {
      // A wait without an end is what infinity asks for.
      if (wrong === Number.POSITIVE_INFINITY || wrong === 1e308 || wrong === 2 ** 53 || wrong === 2 ** 31)
        continue;
      const failure = await failureOf(() => consumer.poll(wrong as number));
      if (failure !== undefined) expect(failure).toBeInstanceOf(ArgumentError);
    }
    await consumer.close();
  });

  it('what a consumer reads, and how it is closed', async () => {
    const listener = { onAssigned: () => {}, onRevoked: () => {}, onLost: () => {} };
    await spoil('subscribe', [['t'], listener], async (...args: never[]) => {
      const consumer = new Consumer({ bootstrapServers, groupId: 'g2', defaultApiTimeoutMs: 500 });
      try {
        consumer.subscribe(args[0] as never, args[1]);
      } finally {
        await consumer.close({ timeoutMs: 100 });
      }
    });
    await spoil('assign', [[{ topic: 't', partition: 0 }]], async (wrong) => {
      const consumer = new Consumer({ bootstrapServers });
      try {
        consumer.assign(wrong);
      } finally {
        await consumer.close();
      }
    });
    await spoil('close', [{ timeoutMs: 10, leaveGroup: true }], async (wrong) => {
      const consumer = new Consumer({ bootstrapServers, groupId: 'g3' });
      try {
        await consumer.close(wrong);
      } finally {
        await consumer.close();
      }
    });
  });

  it('the methods of an admin client', async () => {
    const partition = { topic: 't', partition: 0 };
    const calls: readonly (readonly [name: string, args: readonly unknown[]])[] = [
      [
        'createTopics',
        [
          [{ name: 'new', partitions: 1, replicationFactor: 1, configs: { 'cleanup.policy': 'delete' } }],
          { validateOnly: true },
        ],
      ],
      ['createTopics', [[{ name: 'new', assignments: [[1]] }], { validateOnly: true }]],
      ['deleteTopics', [['gone']]],
      ['createPartitions', [[{ name: 'gone', count: 1 }]]],
      ['describeTopics', [['t']]],
      ['describeTopics', [['t', 'gone'], { existingOnly: true }]],
      ['listTopics', [{ includeInternal: true }]],
      ['describeConfigs', [[{ type: 'topic', name: 't' }]]],
      ['describeConfigs', [[{ type: 'broker', name: '1' }]]],
      [
        'incrementalAlterConfigs',
        [
          [{ type: 'topic', name: 't', alterations: [{ name: 'retention.ms', op: 'set', value: '1' }] }],
          { validateOnly: true },
        ],
      ],
      ['listGroups', [{ states: ['Stable'] }]],
      ['describeGroups', [['g']]],
      ['removeStaticMembers', ['g', ['i']]],
      ['deleteGroups', [['gone']]],
      ['listOffsets', [[{ ...partition, spec: 'latest' }], { isolationLevel: 'read_committed' }]],
      ['listOffsets', [[{ ...partition, spec: { timestamp: 1 } }]]],
      ['deleteRecords', [[{ ...partition, offset: 0 }]]],
      ['electLeaders', ['unclean', [partition]]],
      ['listConsumerGroupOffsets', ['g']],
      ['alterConsumerGroupOffsets', ['g', [{ ...partition, offset: 0 }]]],
    ];
    const admin = new Admin({ bootstrapServers, defaultApiTimeoutMs: 500 });
    const methods = admin as unknown as Record<string, (...args: never[]) => unknown>;
    for (const [name, args] of calls) {
      await spoil(name, args, (...wrong: never[]) => methods[name]?.call(admin, ...wrong));
    }
    await admin.close();
  });

  describe('fields that nobody reads', () => {
    const partition = { topic: 't', partition: 0 };
    const offset = { ...partition, offset: 0 };
    const alteration = { name: 'retention.ms', op: 'set', value: '1' };
    const resource = { type: 'topic', name: 't' };

    /** What is called, with arguments of which one field is named as elsewhere, or misspelt; and what is meant. */
    const ofAdmin: readonly (readonly [method: string, args: readonly unknown[], told: RegExp])[] = [
      [
        'createTopics',
        [[{ name: 'n', numPartitions: 7 }]],
        /unknown option numPartitions in topics\[0\].*partitions/,
      ],
      [
        'createTopics',
        [[{ name: 'n', configEntries: [] }]],
        /unknown option configEntries in topics\[0\].*configs/,
      ],
      [
        'createTopics',
        [[{ name: 'n', config: { a: '1' } }]],
        /unknown option config in topics\[0\].*configs\?/,
      ],
      ['createTopics', [[{ topic: 'n' }]], /unknown option topic in topics\[0\].*name/],
      ['createTopics', [[{ name: 'n', replicaAssignment: [] }]], /unknown option replicaAssignment/],
      [
        'createTopics',
        [[{ name: 'n' }], { validateonly: true }],
        /unknown option validateonly.*validateOnly\?/,
      ],
      ['createPartitions', [[{ topic: 't', count: 2 }]], /unknown option topic in topics\[0\]/],
      ['createPartitions', [[{ name: 't', count: 2, assignments: [] }]], /unknown option assignments/],
      ['listTopics', [{ includeInternals: true }], /unknown option includeInternals.*includeInternal\?/],
      ['describeConfigs', [[{ ...resource, configNames: [] }]], /unknown option configNames in resources/],
      ['describeConfigs', [[resource], { documentation: true }], /unknown option documentation in options/],
      ['incrementalAlterConfigs', [[{ ...resource, configEntries: [] }]], /unknown option configEntries/],
      [
        'incrementalAlterConfigs',
        [[{ ...resource, alterations: [{ ...alteration, operation: 0 }] }]],
        /unknown option operation in changes\[0\].alterations\[0\]/,
      ],
      ['incrementalAlterConfigs', [[{ ...resource, alterations: [alteration] }], { dryRun: true }], /dryRun/],
      ['listGroups', [{ state: ['Stable'] }], /unknown option state in options.*states\?/],
      ['listOffsets', [[{ ...partition, specs: 'latest' }]], /unknown option specs in specs\[0\].*spec\?/],
      ['listOffsets', [[{ ...partition, spec: { timestmap: 1 } }]], /unknown option timestmap.*timestamp\?/],
      ['listOffsets', [[], { isolation: 'read_committed' }], /unknown option isolation in options/],
      [
        'deleteRecords',
        [[{ topic: 't', partitions: 0, offset: 1 }]],
        /unknown option partitions.*partition\?/,
      ],
      [
        'alterConsumerGroupOffsets',
        ['g', [{ ...offset, metdata: 'm' }]],
        /unknown option metdata.*metadata\?/,
      ],
    ];

    it.each(ofAdmin)('of an admin client: %s(%j)', async (method, args, told) => {
      const admin = new Admin({ bootstrapServers });
      const methods = admin as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const failure = await failureOf(() => methods[method]?.call(admin, ...args));
      await admin.close();
      expect(failure).toBeInstanceOf(ArgumentError);
      expect(toldBy(failure)).toMatch(told);
    });

    const ofConsumer: typeof ofAdmin = [
      ['subscribe', [['t'], { onAssign: () => {} }], /unknown option onAssign in listener.*onAssigned\?/],
      ['assign', [[{ topics: 't', partition: 0 }]], /unknown option topics in partitions\[0\].*topic\?/],
      ['commit', [[{ ...offset, leaderEpoc: 1 }]], /unknown option leaderEpoc.*leaderEpoch\?/],
      ['offsetsForTimes', [[{ ...partition, timestmap: 1 }]], /unknown option timestmap.*timestamp\?/],
      ['seek', [{ topic: 't', partitions: 0 }, 1], /unknown option partitions.*partition\?/],
      ['close', [{ timeoutMS: 1 }], /unknown option timeoutMS in options.*timeoutMs\?/],
    ];

    it.each(ofConsumer)('of a consumer: %s(%j)', async (method, args, told) => {
      const consumer = new Consumer({ bootstrapServers, groupId: 'g', autoCommit: false });
      const methods = consumer as unknown as Record<string, (...args: unknown[]) => unknown>;
      const failure = await failureOf(() => methods[method]?.call(consumer, ...args));
      await consumer.close();
      expect(failure).toBeInstanceOf(ArgumentError);
      expect(toldBy(failure)).toMatch(told);
    });

    it('of a producer', async () => {
      const producer = new Producer({ bootstrapServers });
      const failure = await failureOf(() => producer.close({ timeout: 1 } as object));
      await producer.close();
      expect(toldBy(failure)).toMatch(/unknown option timeout in options.*timeoutMs\?/);
    });

    it('are no matter where an answer of another call is handed on', async () => {
      const consumer = new Consumer({ bootstrapServers, groupId: 'handed-on', autoCommit: false });
      const partitions = await consumer.partitionsFor('t');
      consumer.assign(partitions);
      const ends = await consumer.endOffsets(partitions);
      await consumer.commit(partitions.map((each) => ({ ...each, offset: ends[0]?.offset ?? 0 })));
      await consumer.close();
      const admin = new Admin({ bootstrapServers });
      const listed = await admin.listOffsets(partitions.map((each) => ({ ...each, spec: 'latest' })));
      await admin.alterConsumerGroupOffsets('handed-on', listed);
      await admin.close();
      /** As applications have it: a listener with a state of its own. */
      class Counting {
        assigned = 0;
        onAssigned(): void {
          this.assigned++;
        }
      }
      const subscriber = new Consumer({ bootstrapServers, groupId: 'counting' });
      subscriber.subscribe(['t'], new Counting());
      await subscriber.close();
    });

    function toldBy(failure: unknown): string {
      if (!(failure instanceof ArgumentError)) return messageOf(failure);
      const { message, hint, suggestion } = failure.diagnostic;
      return `${message}; ${suggestion === undefined ? hint : `did you mean ${suggestion}?`}`;
    }
  });
});
