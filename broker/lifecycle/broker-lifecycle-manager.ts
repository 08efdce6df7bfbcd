import { mustStop } from '../../src/base/assert.ts';
import type { Address, Environment } from '../../src/base/environment.ts';
import { type AssertionFailure, messageOf, OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseOf } from '../../src/protocol/message.ts';
import { brokerRegistration } from '../../src/protocol/messages/62-broker-registration.ts';
import { brokerHeartbeat } from '../../src/protocol/messages/63-broker-heartbeat.ts';
import type { ControllerChannel } from '../controller/controller-channel.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import { isQuorumGone } from './quorum-reach.ts';
import type { MetadataWaiters } from './metadata-waiters.ts';
import { SUPPORTED_FEATURES } from '../controller/bootstrap-records.ts';

interface BrokerLifecycleManagerOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Stops the broker. */
  readonly onAssertion: (failure: AssertionFailure) => void;
  readonly controller: ControllerChannel;
  readonly waiters: MetadataWaiters;
  readonly image: () => MetadataImage;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly directoryId: string;
  readonly previousBrokerEpoch: number;
  readonly rack: string | null;
  readonly heartbeatIntervalMs: number;
  readonly registrationTimeoutMs: number;
  /** The voters of the metadata quorum besides this node. */
  readonly otherVoters: readonly Address[];
}

/** An address under which this broker is registered, for clients and other brokers. */
export interface RegisteredListener extends Address {
  readonly name: string;
}

type Heartbeat = ResponseOf<typeof brokerHeartbeat>;

const REGISTRATION_VERSION = 4;
const HEARTBEAT_VERSION = 1;
const PLAINTEXT = 0;
const RETRY_MS = 50;
/** While it starts or stops a broker does not wait for its turn to say so. */
const EAGER_HEARTBEAT_MS = 20;
/** How long a stopping broker waits for one answer before it looks whether anybody is left to give one. */
const SHUTDOWN_BEAT_MS = 500;
/** A stop does not wait longer than this for others to take over the leaderships. */
const CONTROLLED_SHUTDOWN_MS = 5000;

/**
 * A broker's standing in its cluster, as KRaft has it: registered (fenced, under a broker epoch), then serving
 * (unfenced), kept by heartbeats, and given up by a controlled shutdown.
 */
export class BrokerLifecycleManager {
  readonly #options: BrokerLifecycleManagerOptions;
  readonly #incarnationId: string;
  readonly #stopped = new AbortController();
  #brokerEpoch = -1;
  #wantShutDown = false;
  #heartbeats: Promise<void> | undefined;

  constructor(options: BrokerLifecycleManagerOptions) {
    this.#options = options;
    this.#incarnationId = Buffer.from(options.environment.random.bytes(16)).toString('base64url');
  }

  /** Offset of the registration; -1 before. */
  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /**
   * Registers, and waits until this broker's metadata has got there.
   *
   * @throws {OperationalError} `REGISTRATION_REFUSED`, or `TIMED_OUT` after `initial.broker.registration.timeout.ms`.
   */
  async register(listeners: readonly RegisteredListener[]): Promise<void> {
    const { environment, registrationTimeoutMs, waiters } = this.#options;
    const deadlineMs = environment.clock.monotonicMs() + registrationTimeoutMs;
    for (;;) {
      const leftMs = deadlineMs - environment.clock.monotonicMs();
      if (leftMs <= 0) throw this.#timedOut('no controller accepted the registration');
      if (await this.#tryRegister(listeners, leftMs)) break;
      await environment.timers.sleep(RETRY_MS, this.#stopped.signal);
    }
    const caughtUp = await waiters.until(
      (image) => image.brokers.get(this.#options.nodeId)?.epoch === this.#brokerEpoch,
      Math.max(1, deadlineMs - environment.clock.monotonicMs()),
    );
    if (!caughtUp) throw this.#timedOut('the metadata did not arrive');
  }

  /** Begins heartbeats and resolves when the cluster counts with this broker. */
  async activate(): Promise<void> {
    const { environment, image, nodeId, waiters } = this.#options;
    while (image().brokers.get(nodeId)?.fenced !== false) {
      const response = await this.#beat();
      if (response?.isFenced === false) {
        await waiters.until((now) => now.brokers.get(nodeId)?.fenced === false, 1000);
      } else {
        await environment.timers.sleep(EAGER_HEARTBEAT_MS, this.#stopped.signal);
      }
    }
    this.#heartbeats = this.#run();
  }

  /**
   * Hands leaderships over and leaves; gives up waiting after five seconds, and at once where there is nobody left to
   * hand over to because the others stop too. Never rejects.
   */
  async shutDown(): Promise<void> {
    const { environment, image, nodeId, logger } = this.#options;
    this.#wantShutDown = true;
    const others = image().brokers.some((broker) => broker.id !== nodeId && !broker.fenced);
    const deadlineMs = environment.clock.monotonicMs() + (others ? CONTROLLED_SHUTDOWN_MS : 500);
    try {
      while (this.#brokerEpoch >= 0) {
        const leftMs = deadlineMs - environment.clock.monotonicMs();
        if (leftMs <= 0) {
          logger.warn('controlled shutdown took too long: leaving at once');
          break;
        }
        const response = await this.#beat(Math.min(leftMs, SHUTDOWN_BEAT_MS));
        if (response?.shouldShutDown === true || !others) break;
        if (response === undefined && (await this.#isQuorumGone())) {
          logger.info('the other controllers have stopped: leaving at once');
          break;
        }
        await environment.timers.sleep(EAGER_HEARTBEAT_MS);
      }
    } catch (error) {
      logger.warn('controlled shutdown failed', { reason: messageOf(error) });
    }
    await this.close();
  }

  /** Ends the heartbeats without a word: the others find out. */
  async close(): Promise<void> {
    this.#stopped.abort(new Error('broker stopped'));
    await this.#heartbeats;
  }

  #isQuorumGone(): Promise<boolean> {
    const { environment, otherVoters } = this.#options;
    return isQuorumGone(environment, otherVoters, SHUTDOWN_BEAT_MS);
  }

  async #tryRegister(listeners: readonly RegisteredListener[], timeoutMs: number): Promise<boolean> {
    const { controller, nodeId, clusterId, rack, directoryId, previousBrokerEpoch, logger } = this.#options;
    const request = {
      brokerId: nodeId,
      clusterId,
      incarnationId: this.#incarnationId,
      listeners: listeners.map((listener) => ({ ...listener, securityProtocol: PLAINTEXT })),
      features: SUPPORTED_FEATURES,
      rack,
      isMigratingZkBroker: false,
      logDirs: [directoryId],
      previousBrokerEpoch,
    };
    const { errorCode, brokerEpoch } = await controller.send(
      brokerRegistration,
      REGISTRATION_VERSION,
      request,
      {
        timeoutMs,
      },
    );
    switch (errorCode) {
      case ErrorCode.NONE:
        this.#brokerEpoch = brokerEpoch;
        return true;
      case ErrorCode.INCONSISTENT_CLUSTER_ID:
      case ErrorCode.INVALID_REGISTRATION:
        throw new OperationalError(
          'REGISTRATION_REFUSED',
          errorCode === ErrorCode.INCONSISTENT_CLUSTER_ID
            ? `broker ${nodeId} holds data of cluster ${clusterId}, which is not the cluster that it tried to join`
            : `the controller does not accept the registration of broker ${nodeId}`,
          { retriable: false },
        );
      default:
        // Above all DUPLICATE_BROKER_REGISTRATION, until the session of a predecessor that was killed has run out.
        logger.debug('registration is not accepted yet', { errorCode });
        return false;
    }
  }

  /** Sends heartbeats until stopped; never rejects. */
  async #run(): Promise<void> {
    const { environment, heartbeatIntervalMs } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted && !this.#wantShutDown) {
      try {
        await environment.timers.sleep(heartbeatIntervalMs, signal);
      } catch {
        return;
      }
      if (!this.#wantShutDown) await this.#beat();
    }
  }

  /** One heartbeat; undefined when no controller answered it. */
  async #beat(timeoutMs = this.#options.heartbeatIntervalMs * 2): Promise<Heartbeat | undefined> {
    const { controller, nodeId, image, logger } = this.#options;
    try {
      const request = {
        brokerId: nodeId,
        brokerEpoch: this.#brokerEpoch,
        currentMetadataOffset: image().offset,
        wantFence: false,
        wantShutDown: this.#wantShutDown,
        offlineLogDirs: [],
        cordonedLogDirs: null,
      };
      const response = await controller.send(brokerHeartbeat, HEARTBEAT_VERSION, request, { timeoutMs });
      if (response.errorCode === ErrorCode.NONE) return response;
      logger.debug('heartbeat refused', { errorCode: response.errorCode });
    } catch (error) {
      if (mustStop(error)) this.#options.onAssertion(error);
      logger.debug('heartbeat failed', { reason: messageOf(error) });
    }
    return undefined;
  }

  #timedOut(what: string): OperationalError {
    return new OperationalError(
      'TIMED_OUT',
      `broker ${this.#options.nodeId} could not join its cluster: ${what}`,
      {
        retriable: true,
      },
    );
  }
}
