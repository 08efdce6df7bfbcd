import type { BufferPool } from '../../src/base/buffer-pool.ts';
import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { BrokerTopology } from '../config/topology.ts';
import type { LogManager } from '../log/log-manager.ts';

/** What the components of a broker are made with. */
export interface BrokerDependencies {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly config: BrokerConfig;
  readonly topology: BrokerTopology;
  readonly logManager: LogManager;
  readonly buffers: BufferPool;
  /** Stops the broker, which cannot go on. */
  readonly fail: (error: unknown) => void;
}
