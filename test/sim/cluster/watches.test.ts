import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { stampBaseOffset, stampLeaderEpoch } from '../../../src/protocol/records/batch-header.ts';
import { makeBatch, makeMarker } from '../../broker/log/batches.ts';
import { DirectoryNode } from '../directory-node.ts';
import { simulate, type Simulation } from '../simulation.ts';
import { BatonBook } from './baton-book.ts';
import { faultsOfClosedLogs } from './closed-log-check.ts';
import { CommittedWatch } from './committed-watch.ts';
import { nodeAt } from './disk-view.ts';
import { History } from './history.ts';
import { IsrWatch } from './isr-watch.ts';
import { MetadataLogWatch } from './metadata-log-watch.ts';
import { QuorumStateWatch } from './quorum-state-watch.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';
import { broker, imageWith } from './watched-images.ts';

/** Three brokers with disks of their own, and the metadata that is given. */
const watchedCluster = (simulation: Simulation, imageOf: WatchedCluster['imageOf']): WatchedCluster => ({
  brokerIds: [1, 2, 3],
  imageOf,
  mediumOf: (id) => simulation.host(`broker${id}`).medium,
  wasDamaged: () => false,
});

describe('the watch over elections', () => {
  function watch() {
    const violations: string[] = [];
    return { violations, watch: new QuorumStateWatch(3, (_, what) => violations.push(what)) };
  }

  it('finds nothing in an election that went well', () => {
    const { watch: elections, violations } = watch();
    elections.onElection(1, { leaderEpoch: 3, leaderId: -1, votedId: 1 });
    elections.onElection(2, { leaderEpoch: 3, leaderId: -1, votedId: 1 });
    elections.onElection(1, { leaderEpoch: 3, leaderId: 1, votedId: 1 });
    elections.onElection(2, { leaderEpoch: 3, leaderId: 1, votedId: 1 });
    elections.onElection(3, { leaderEpoch: 3, leaderId: 1, votedId: -1 });
    expect(violations).toEqual([]);
    expect(elections.count).toBe(1);
  });

  it.each([
    ['a second vote', { leaderEpoch: 3, leaderId: -1, votedId: 2 }, /has voted for 1 .* now for 2/],
    ['a vote that was forgotten', { leaderEpoch: 3, leaderId: -1, votedId: -1 }, /now for nobody/],
    ['an epoch that goes back', { leaderEpoch: 2, leaderId: -1, votedId: -1 }, /back to epoch 2/],
  ])('finds %s', (_, after, expected) => {
    const { watch: elections, violations } = watch();
    elections.onElection(3, { leaderEpoch: 3, leaderId: -1, votedId: 1 });
    elections.onElection(3, after);
    expect(violations).toEqual([expect.stringMatching(expected)]);
  });

  it('finds a leader without votes, and two of an epoch', () => {
    const { watch: elections, violations } = watch();
    elections.onElection(1, { leaderEpoch: 3, leaderId: -1, votedId: 1 });
    elections.onElection(1, { leaderEpoch: 3, leaderId: 1, votedId: 1 });
    elections.onElection(2, { leaderEpoch: 3, leaderId: 3, votedId: -1 });
    expect(violations).toEqual([
      'voter 1 leads epoch 3 of the metadata quorum with 1 votes of 3',
      'epoch 3 of the metadata quorum has leaders 1 and 3',
      'voter 3 leads epoch 3 of the metadata quorum with 0 votes of 3',
    ]);
  });
});

describe('the watch over the metadata log', () => {
  it('finds what not all have, what is not synced, and images that differ', async () => {
    await simulate(1, import.meta.url, async (simulation) => {
      const violations: string[] = [];
      const cluster = watchedCluster(simulation, () => undefined);
      const watch = new MetadataLogWatch(cluster, (_, what) => violations.push(what));
      const write = (id: number, text: string, isSynced: boolean): void => {
        const { disk } = simulation.host(`broker${id}`).environment;
        disk.makeDirectory('/data/__cluster_metadata-0');
        const file = disk.open('/data/__cluster_metadata-0/00000000000000000000.log', 'create');
        file.write([makeBatch({ text })], 0);
        if (isSynced) void file.sync();
      };
      write(1, 'one', true);
      write(2, 'one', true);
      write(3, 'other', false);
      await simulation.runFor(100);
      for (const id of [1, 2]) watch.onImage(id, imageWith(0, {}));
      expect(violations).toEqual([]);
      expect(watch.count).toBe(1);
      watch.onImage(3, imageWith(0, { partitionEpoch: 8 }));
      expect(violations).toEqual([
        expect.stringMatching(/^broker 3: the image at 0 is .*id=8.*it was .*id=7/),
        expect.stringMatching(/^broker 3: the metadata log at 0 is .*, it was/),
      ]);
      const alone = new MetadataLogWatch(cluster, (_, what) => violations.push(what));
      simulation
        .host('broker1')
        .environment.disk.remove('/data/__cluster_metadata-0/00000000000000000000.log');
      alone.onImage(2, imageWith(0, {}));
      expect(violations.at(-1)).toBe('broker 2 has an image at 0, which no majority has synced');
    });
  });

  it('finds a leader that commits records of an earlier epoch by counting replicas', async () => {
    await simulate(1, import.meta.url, async (simulation) => {
      const violations: string[] = [];
      const cluster = watchedCluster(simulation, () => undefined);
      const [old, begin] = [makeBatch(), makeBatch()];
      stampLeaderEpoch(old, 0, 1);
      stampBaseOffset(begin, 0, 1);
      stampLeaderEpoch(begin, 0, 2);
      const lengthOf = { 1: [old, begin], 2: [old], 3: [] };
      for (const [id, batches] of Object.entries(lengthOf)) {
        const { disk } = simulation.host(`broker${id}`).environment;
        disk.makeDirectory('/data/__cluster_metadata-0');
        const file = disk.open('/data/__cluster_metadata-0/00000000000000000000.log', 'create');
        file.write(batches, 0);
        void file.sync();
      }
      await simulation.runFor(100);
      const violate: Violate = (_, what) => violations.push(what);
      new MetadataLogWatch(cluster, violate).onImage(1, imageWith(0, {}), -1);
      new MetadataLogWatch(cluster, violate).onImage(1, imageWith(0, {}), 1);
      expect(violations).toEqual([]);
      new MetadataLogWatch(cluster, violate).onImage(1, imageWith(0, {}), 2);
      expect(violations).toEqual([
        'broker 1 leads epoch 2 and has an image at 0, and no majority has the first record of that epoch',
      ]);
    });
  });
});

describe('the watch over in-sync replicas', () => {
  function violationsOf(...images: readonly MetadataImage[]): readonly string[] {
    const violations: string[] = [];
    const watch = new IsrWatch(2, (_, what) => violations.push(what));
    for (const image of images) watch.onImage(1, image);
    watch.end(images.at(-1) ?? EMPTY_IMAGE);
    expect(watch.count).toBeGreaterThan(0);
    return violations;
  }
  const before = imageWith(1, {});

  it('finds nothing where an ISR shrinks to its leader, and who has left stays eligible', () => {
    const small = imageWith(2, { isr: [1], elr: [2, 3], partitionEpoch: 8 });
    const led = imageWith(3, { isr: [2], elr: [3], leader: 2, leaderEpoch: 5, partitionEpoch: 9 }, [
      broker(1, { incarnationId: 'process 9' }),
      broker(2),
      broker(3),
    ]);
    expect(violationsOf(before, small, led)).toEqual([]);
  });

  it('finds nothing where the last one that is eligible has lost records, and who led last leads again', () => {
    const gone = imageWith(2, {
      isr: [],
      elr: [3],
      lastKnownElr: [1],
      leader: -1,
      leaderEpoch: 5,
      partitionEpoch: 8,
    });
    const led = { isr: [1], elr: [], leader: 1, leaderEpoch: 6, partitionEpoch: 9 };
    const brokers = [broker(1), broker(2), broker(3, { incarnationId: 'process 9' })];
    expect(violationsOf(gone, imageWith(3, led, brokers))).toEqual([]);
  });

  it.each([
    ['a leader that is not in sync', { isr: [2, 3] }, /its leader is not in sync/],
    ['somebody in sync without a replica', { isr: [1, 2, 4] }, /no replica/],
    ['somebody in sync and eligible', { isr: [1], elr: [1, 2, 3] }, /eligible besides/],
    ['eligible replicas where enough are in sync', { isr: [1, 2], elr: [3] }, /though enough/],
    ['who is forgotten', { isr: [1], elr: [2] }, /3, which has lost nothing, is not eligible/],
  ])('finds %s', (_, change, expected) => {
    expect(violationsOf(before, imageWith(2, { partitionEpoch: 8, ...change }))[0]).toMatch(expected);
  });

  it('finds a leader that nobody was safe with, and one that is fenced', () => {
    const gone = imageWith(2, { isr: [2], elr: [], leader: -1, leaderEpoch: 5, partitionEpoch: 8 });
    const other = imageWith(3, { isr: [3], elr: [], leader: 3, leaderEpoch: 6, partitionEpoch: 9 }, [
      broker(1),
      broker(2),
      broker(3, { fenced: true }),
    ]);
    expect(violationsOf(gone, other)).toEqual([
      expect.stringContaining('its leader is fenced'),
      expect.stringContaining('its leader was neither in sync nor eligible'),
      expect.stringContaining('2, which has lost nothing, is not eligible any more'),
    ]);
  });
});

describe('the watch over what is committed', () => {
  async function violationsOf(simulation: Simulation, isr: readonly number[]): Promise<readonly string[]> {
    const violations: string[] = [];
    const history = new History(() => {});
    for (const [id, records] of [1, 3, 3].entries()) {
      const { disk } = simulation.host(`broker${id + 1}`).environment;
      disk.makeDirectory('/data/records-0');
      disk.open('/data/records-0/00000000000000000000.log', 'create').write([makeBatch({ records })], 0);
    }
    const cluster = watchedCluster(simulation, () => imageWith(5, { isr }));
    const watch = new CommittedWatch(cluster, {
      topic: 'records',
      ends: history.committedEnds,
      violate: (_, what) => violations.push(what),
    });
    history.onRead(0, 2, 'p0/0/2');
    watch.look();
    watch.end();
    expect(watch.count).toBe(isr.length);
    return violations;
  }

  it('finds a replica in sync that lacks what a client was told of', async () => {
    await simulate(1, import.meta.url, async (simulation) => {
      expect(await violationsOf(simulation, [2, 3])).toEqual([]);
      expect(await violationsOf(simulation, [1, 2, 3])).toEqual([
        'a client was told of records-0:2, and broker 1, which is in sync, ended at 1',
      ]);
    });
  });
});

describe('the check of closed logs', () => {
  const PRODUCER = { producerId: 7, producerEpoch: 0, isTransactional: true };

  async function closedFolder(simulation: Simulation): Promise<DirectoryNode> {
    const { environment, medium } = simulation.host('a');
    const manager = LogManager.open({ environment, directory: '/data', nodeId: 1 });
    const config = {
      ...DEFAULT_LOG_CONFIG,
      segmentBytes: 300,
      indexIntervalBytes: 50,
      verifyTransactions: false,
    };
    const log = manager.getOrCreate({ topic: 't', partition: 0, topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng', config });
    for (let sequence = 0; sequence < 6; sequence++) {
      const batch = makeBatch({ ...PRODUCER, baseSequence: sequence, timestamp: environment.clock.nowMs() });
      expect(log.appendAsLeader(batch, { leaderEpoch: sequence >> 1 }).errorCode).toBe(ErrorCode.NONE);
    }
    const marker = makeMarker({ ...PRODUCER, isAbort: true });
    expect(log.appendAsLeader(marker, { leaderEpoch: 3, origin: 'coordinator' }).errorCode).toBe(
      ErrorCode.NONE,
    );
    await simulation.settle(manager.close());
    const folder = nodeAt(medium, 'data', 't-0');
    if (!(folder instanceof DirectoryNode)) throw new Error('the log has no folder');
    return folder;
  }

  const faultsIn = (simulation: Simulation): readonly string[] =>
    faultsOfClosedLogs(simulation.host('a').medium, () => true);

  it('finds nothing in what was closed well, and everything that is not what the batches say', async () => {
    await simulate(1, import.meta.url, async (simulation) => {
      const folder = await closedFolder(simulation);
      expect(faultsIn(simulation)).toEqual([]);
      const names = folder.names();
      const { disk } = simulation.host('a').environment;
      const replace = (name: string, change: (content: Buffer) => Buffer): readonly string[] => {
        const path = `/data/t-0/${name}`;
        const before = disk.readFile(path);
        disk.writeFile(path, change(Buffer.from(before)));
        const faults = faultsIn(simulation);
        disk.writeFile(path, before);
        expect(faultsIn(simulation)).toEqual([]);
        return faults;
      };
      const logs = names.filter((name) => name.endsWith('.log'));
      expect(logs.length).toBeGreaterThan(1);
      const flip = (content: Buffer, at: number): Buffer => {
        content[at] = (content[at] ?? 0) ^ 1;
        return content;
      };
      expect(replace(logs[0] ?? '', (content) => flip(content, content.length - 1))).toEqual([
        expect.stringMatching(/the batch at \d+ is damaged/),
      ]);
      expect(replace(logs.at(-1) ?? '', (content) => content.subarray(0, content.length - 1)).join()).toMatch(
        /something else than a batch/,
      );
      expect(replace('leader-epoch-checkpoint', () => Buffer.from('0\n1\n0 0\n'))).toEqual([
        expect.stringMatching(
          /its leader epochs are 0 from 0,1 from 2,2 from 4,3 from 6, and its checkpoint has 0 from 0$/,
        ),
      ]);
      const snapshot = names.findLast((name) => name.endsWith('.snapshot')) ?? '';
      expect(replace(snapshot, (content) => flip(content, 12))).toEqual([
        expect.stringMatching(/newest snapshot of the producers cannot be read/),
      ]);
      const aborted =
        names.find((name) => name.endsWith('.txnindex') && disk.fileStat(`/data/t-0/${name}`)?.sizeInBytes) ??
        '';
      expect(replace(aborted, () => Buffer.alloc(0))).toEqual([
        't-0: its aborted transactions are 7 0-6, and its indexes have none',
      ]);
    });
  });
});

describe('the book of the baton', () => {
  it('finds two holders, a commit that is too late, and one that is lost', () => {
    const violations: string[] = [];
    const book = new BatonBook((_, what) => violations.push(what));
    const [a, b] = [
      { memberId: 'a', generationId: 4 },
      { memberId: 'b', generationId: 4 },
    ];
    book.onAssignment(a, true);
    book.onAssignment(a, true);
    book.onAssignment(b, false);
    book.sent = 9;
    book.onRead({ offset: 8, floor: 8 });
    book.onLateCommit(a, 5, ErrorCode.ILLEGAL_GENERATION);
    expect(violations).toEqual([]);
    book.onAssignment(b, true);
    book.onRead({ offset: 7, floor: 8 });
    book.onRead({ offset: 10, floor: 8 });
    book.onLateCommit(a, 5, ErrorCode.NONE);
    expect(violations).toEqual([
      'a and b were both given the baton in generation 4',
      'offset 7 of group baton was read back, 8 had been acknowledged and 9 sent',
      'offset 10 of group baton was read back, 8 had been acknowledged and 9 sent',
      'a could commit in generation 4, though there was 5',
    ]);
  });
});
