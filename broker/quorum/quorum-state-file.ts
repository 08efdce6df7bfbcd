import type { Disk } from '../../src/base/environment.ts';
import { foreign } from '../log/checkpoint-file.ts';
import { type ElectionState, NO_ELECTION, sameElection, ZERO_DIRECTORY } from './election-state.ts';

const FILE_NAME = 'quorum-state';

/**
 * The file `quorum-state`, in Kafka's JSON form (QuorumStateData, version 0 of static quorums is read, version 1
 * written). {@link store} returns when the state survives a power loss: only then may the node act on it.
 */
export class QuorumStateFile {
  readonly #disk: Disk;
  readonly #path: string;
  #stored: ElectionState = NO_ELECTION;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#path = `${directory}/${FILE_NAME}`;
  }

  /** @throws {OperationalError} `FOREIGN_DATA` when there is a file that can not be understood. */
  load(): ElectionState {
    if (!this.#disk.exists(this.#path)) return NO_ELECTION;
    this.#stored = parse(this.#disk.readFile(this.#path).toString('utf8'), this.#path);
    return this.#stored;
  }

  store(state: ElectionState): void {
    if (sameElection(state, this.#stored)) return;
    const content = {
      leaderId: state.leaderId,
      leaderEpoch: state.epoch,
      votedId: state.votedId,
      votedDirectoryId: state.votedDirectoryId,
      data_version: 1,
    };
    this.#disk.replaceFile(this.#path, Buffer.from(JSON.stringify(content)));
    this.#stored = state;
  }
}

function parse(text: string, path: string): ElectionState {
  const data = parseJson(text);
  const version = data?.['data_version'];
  const epoch = data?.['leaderEpoch'];
  if (data === undefined || (version !== 0 && version !== 1) || typeof epoch !== 'number') {
    throw foreign(path, 'it is not a quorum-state file that this version can read');
  }
  const numberOf = (name: string): number => {
    const value = data[name];
    return typeof value === 'number' ? value : -1;
  };
  const directory = data['votedDirectoryId'];
  return Object.freeze({
    epoch: Math.max(0, epoch),
    leaderId: numberOf('leaderId'),
    votedId: numberOf('votedId'),
    votedDirectoryId: typeof directory === 'string' ? directory : ZERO_DIRECTORY,
  });
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
