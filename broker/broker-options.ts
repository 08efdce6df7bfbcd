import type { ConfigSource } from '../src/base/config/config-source.ts';
import type { Environment } from '../src/base/environment.ts';
import type { Logger } from '../src/base/logger.ts';

/** What `Broker.start` takes. */
export interface BrokerOptions {
  /** Where time, chance, network and disk come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /**
   * Kafka's property names: `node.id`, `listeners`, `log.dirs`, `controller.quorum.voters` ... An unknown name is a
   * DiagnosticError that shows the nearest known one. See `broker/config/broker-properties.ts` for all of them.
   */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** Where the values of `config` came from, for DescribeConfigs and diagnostics; `flag` when not said. */
  readonly sources?: Readonly<Record<string, ConfigSource>>;
  readonly logger?: Logger;
  /** Ends a start that is under way, such as the wait for the other controllers; no effect on a broker that has started. */
  readonly signal?: AbortSignal;
  /**
   * Told when a broker that had started could not go on, and has stopped: its part in the metadata quorum has failed,
   * above all because the disk did. What it would do without new metadata, others would have to take for the truth.
   */
  readonly onFailure?: (error: unknown) => void;
  /** Names in the data folder that belong to somebody else, so that a start does not warn of them. */
  readonly foreignFolders?: readonly string[];
  /** Overwrites buffers when they are released, so that whoever still uses them sees garbage: for tests. */
  readonly poisonReleasedBuffers?: boolean;
}
