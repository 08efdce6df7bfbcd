import type { Disk } from '../../src/base/environment.ts';
import { foreign } from '../log/checkpoint-file.ts';
import { type ElectionState, NO_ELECTION, sameElection, ZERO_DIRECTORY } from './election-state.ts';

const FILE_NAME = 'quorum-state';

/**
 * The file `quorum-state`, in Kafka's JSON form (QuorumStateData, version 0 of static quorums is read, version 1
 * written), with the cluster's id, which version 1 lost and its readers pass over: a meta.properties of another cluster
 * beside this metadata is noticed. {@link store} returns when the state survives a power loss: only then may the node act on it.
 */
export class QuorumStateFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #clusterId: string;
  #stored: ElectionState = NO_ELECTION;

  /** @param options.clusterId of meta.properties. */
  constructor(disk: Disk, options: { readonly directory: string; readonly clusterId: string }) {
    this.#disk = disk;
    this.#path = `${options.directory}/${FILE_NAME}`;
    this.#clusterId = options.clusterId;
  }

  /**
   * Returns what the file says, undefined where there is none.
   * @throws {OperationalError} `FOREIGN_DATA` when there is a file that cannot be understood, or is another cluster's.
   */
  load(): ElectionState | undefined {
    if (!this.#disk.exists(this.#path)) return undefined;
    const { election, clusterId } = parse(this.#disk.readFile(this.#path).toString('utf8'), this.#path);
    if (clusterId !== undefined && clusterId !== this.#clusterId) {
      throw foreign(
        this.#path,
        `the metadata beside it belongs to cluster ${clusterId}, and meta.properties names ${this.#clusterId}`,
      );
    }
    // A file that does not name the cluster yet is written anew with the next change.
    this.#stored = clusterId === undefined ? NO_ELECTION : election;
    return election;
  }

  store(state: ElectionState): void {
    if (sameElection(state, this.#stored)) return;
    const content = {
      clusterId: this.#clusterId,
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

interface QuorumState {
  readonly election: ElectionState;
  /** Undefined in files of Kafka and of older releases. */
  readonly clusterId: string | undefined;
}

function parse(text: string, path: string): QuorumState {
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
  const clusterId = data['clusterId'];
  return {
    clusterId: typeof clusterId === 'string' && clusterId !== '' ? clusterId : undefined,
    election: Object.freeze({
      epoch: Math.max(0, epoch),
      leaderId: numberOf('leaderId'),
      votedId: numberOf('votedId'),
      votedDirectoryId: typeof directory === 'string' ? directory : ZERO_DIRECTORY,
    }),
  };
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
