import { expect, it } from 'vitest';
import { type ElectionState, NO_ELECTION } from '../../../broker/quorum/election-state.ts';
import { QuorumStateFile } from '../../../broker/quorum/quorum-state-file.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';

const DISK_OF_2 = 'Sla0ylAx6zE2PYuLb-gNYg';

/** What a node goes through within one epoch, and across two: whatever it forgot, it could promise to another one. */
const STATES: readonly ElectionState[] = [
  { ...NO_ELECTION, epoch: 3 },
  { ...NO_ELECTION, epoch: 3, votedId: 2, votedDirectoryId: DISK_OF_2 },
  { epoch: 3, leaderId: 2, votedId: 2, votedDirectoryId: DISK_OF_2 },
  { ...NO_ELECTION, epoch: 4, leaderId: 1 },
];

it('has on the disk what was stored last, also where only the vote or the leader is new', () => {
  const directory = temporaryDirectory();
  const open = (): QuorumStateFile =>
    new QuorumStateFile(nodeEnvironment.disk, { directory, clusterId: 'MkU3OEVBNTcwNTJENDM2Qg' });
  const file = open();
  expect(file.load()).toBeUndefined();
  for (const state of STATES) {
    file.store(state);
    expect(open().load()).toEqual(state);
  }
});
