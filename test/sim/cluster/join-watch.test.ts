import { expect, it } from 'vitest';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import { alterPartition } from '../../../src/protocol/messages/56-alter-partition.ts';
import { stampBaseOffset, stampLeaderEpoch } from '../../../src/protocol/records/batch-header.ts';
import { makeBatch } from '../../broker/log/batches.ts';
import { simulate, type Simulation } from '../simulation.ts';
import { CommittedEnds } from './history.ts';
import { JoinWatch } from './join-watch.ts';
import { imageWith } from './watched-images.ts';

/** What is found where broker 1, whose epoch 4 begins at offset 2, asks that broker 2 be in sync. */
async function violationsOf(
  simulation: Simulation,
  asked: {
    readonly follower: readonly number[];
    readonly told?: number;
    readonly brokerEpoch?: number;
    readonly leaderEpoch?: number;
    readonly from?: string;
  },
): Promise<readonly string[]> {
  const { follower, told = 0, brokerEpoch = 2, leaderEpoch = 4, from = 'broker1' } = asked;
  for (const [id, offsets] of [
    [1, [0, 2, 4]],
    [2, follower],
  ] as const) {
    const { disk } = simulation.host(`broker${id}`).environment;
    disk.makeDirectory('/data/records-0');
    const batches = offsets.map((baseOffset) => {
      const batch = makeBatch({ records: 2 });
      stampBaseOffset(batch, 0, baseOffset);
      stampLeaderEpoch(batch, 0, baseOffset < 2 ? 3 : 4);
      return batch;
    });
    disk.open('/data/records-0/00000000000000000000.log', 'create').write(batches, 0);
  }
  const violations: string[] = [];
  const ends = new CommittedEnds();
  ends.advance(0, told);
  const image = imageWith(5, { isr: [1, 3] });
  const watch = new JoinWatch(
    {
      brokerIds: [1, 2, 3],
      imageOf: () => image,
      mediumOf: (id) => simulation.host(`broker${id}`).medium,
      wasDamaged: () => false,
    },
    {
      topic: 'records',
      ends,
      newest: {
        topicId: 'AAAAAAAAAAAAAAAAAAAABQ',
        registration: (partition) => image.topicsByName.get('records')?.partitions.get(partition),
      },
      violate: (_, what) => violations.push(what),
    },
  );
  simulation.network.tap = watch.onWrite;
  const frame = encodeRequest(
    alterPartition,
    3,
    { correlationId: 1, clientId: 'x' },
    {
      brokerId: 1,
      topics: [
        {
          topicId: 'AAAAAAAAAAAAAAAAAAAABQ',
          partitions: [
            {
              partitionIndex: 0,
              leaderEpoch,
              leaderRecoveryState: 0,
              partitionEpoch: 7,
              newIsrWithEpochs: [1, 3, 2].map((id) => ({
                brokerId: id,
                brokerEpoch: id === 2 ? brokerEpoch : id,
              })),
            },
          ],
        },
      ],
    },
  );
  const { network: controller } = simulation.host('broker3').environment;
  const { network } = simulation.host(from).environment;
  const listener = controller.listen({ host: 'broker3', port: 9093, onConnection: () => {} });
  await simulation.settle(listener);
  const connection = await simulation.settle(network.connect({ host: 'broker3', port: 9093 }));
  connection.write(frame);
  return violations;
}

it.each([
  ['nothing where a replica has all', { follower: [0, 2, 4], told: 6 }, []],
  [
    'nothing where it has what was there when the epoch began, and what was told',
    { follower: [0, 2], told: 4 },
    [],
  ],
  [
    'one that lacks what a client was told of',
    { follower: [0, 2], told: 5 },
    [/begins at 2, .* broker 2 .* ends at 4: .* told of 4/],
  ],
  [
    'one that ends before the epoch of its leader begins',
    { follower: [] },
    [/begins at 2, .* broker 2 .* ends at 0/],
  ],
  ['nothing in what a leader of before asks for', { follower: [], leaderEpoch: 3 }, []],
  ['nothing in what is asked for another process', { follower: [], brokerEpoch: 1 }, []],
  ['nothing in what somebody else asks for', { follower: [], from: 'strays' }, []],
])('the watch over who joins finds %s', async (_, asked, expected) => {
  await simulate(1, import.meta.url, async (simulation) => {
    expect(await violationsOf(simulation, asked)).toEqual(
      expected.map((text) => expect.stringMatching(text)),
    );
  });
});
