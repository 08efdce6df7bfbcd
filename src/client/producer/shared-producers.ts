import { BufferPool } from '../../base/buffer-pool.ts';
import type { Logger } from '../../base/logger.ts';
import type { SharedConnections } from '../cluster/shared-connections.ts';
import { type ProducerSettings, producerSettings } from '../config/settings.ts';
import type { KafkaProducer, ProducerOptions, TransactionalKafkaProducer } from '../types.ts';
import { Producer } from './producer.ts';
import { ProducerEngine } from './producer-engine.ts';
import { ProducerTenant, type ProducerTenants } from './producer-tenant.ts';

interface SharedProducersOptions {
  readonly connections: SharedConnections;
  /** Of the producers that are shared. */
  readonly clientId: string;
  readonly logger: Logger;
}

/**
 * Producers that several write through: one for all whose settings agree, made for the first of them and closed with the
 * last. Who partitions by himself, or writes in transactions, has a producer of his own over the shared connections.
 */
export class SharedProducers {
  readonly #options: SharedProducersOptions;
  readonly #shared = new Map<string, SharedProducer>();
  /** Of the producers of transactions: what one has acknowledged the next one writes into. */
  readonly #buffers = new BufferPool();

  constructor(options: SharedProducersOptions) {
    this.#options = options;
  }

  /** A producer with these options; closing it closes it for whoever it was made for. */
  producer(options: ProducerOptions): KafkaProducer {
    const { connections, clientId, logger } = this.#options;
    const settings = producerSettings(options);
    if (settings.transactionalId !== null) return this.#transactional(options);
    if (settings.partitioner !== undefined) return new Producer(options, { connections });
    const key = keyOf(settings);
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      const common = { ...settings, clientId };
      shared = new SharedProducer(common, { connections, logger, onEmpty: () => this.#shared.delete(key) });
      this.#shared.set(key, shared);
    }
    return shared.tenant(settings.mayCreateTopic ?? (() => true));
  }

  /**
   * A producer in transactions: with an identity, batches and failures of its own, over the shared connections. A request has
   * the records of one transaction.
   * @param shared.leavesOutRefused see {@link ProducerEngine}.
   */
  transactional(
    options: ProducerOptions & { readonly transactionalId: string },
    shared: { readonly leavesOutRefused?: boolean } = {},
  ): TransactionalKafkaProducer {
    return this.#transactional(options, shared);
  }

  #transactional(
    options: ProducerOptions,
    shared: { readonly leavesOutRefused?: boolean } = {},
  ): TransactionalKafkaProducer {
    const { connections } = this.#options;
    return new Producer(options, { ...shared, connections, buffers: this.#buffers });
  }
}

class SharedProducer implements ProducerTenants {
  readonly engine: ProducerEngine;
  readonly #tenants = new Set<ProducerTenant>();
  readonly #onEmpty: () => void;
  readonly #logger: Logger;

  constructor(
    settings: ProducerSettings,
    options: {
      readonly connections: SharedConnections;
      readonly logger: Logger;
      readonly onEmpty: () => void;
    },
  ) {
    const { connections, logger, onEmpty } = options;
    this.#onEmpty = onEmpty;
    this.#logger = logger;
    this.engine = new ProducerEngine(
      { ...settings, mayCreateTopic: (topic) => this.#mayCreate(topic) },
      {
        connections,
        // All records have callbacks: it is one that has thrown.
        onFailed: (error) =>
          this.#logger.error('what becomes of a record could not be told', { error: error.message }),
      },
    );
  }

  get count(): number {
    return this.#tenants.size;
  }

  tenant(mayCreateTopic: (topic: string) => boolean): ProducerTenant {
    const tenant = new ProducerTenant(this, mayCreateTopic);
    this.#tenants.add(tenant);
    return tenant;
  }

  isShared(topic: string, tenant: ProducerTenant): boolean {
    for (const other of this.#tenants) if (other !== tenant && other.writesTo(topic)) return true;
    return false;
  }

  leave(tenant: ProducerTenant): void {
    this.#tenants.delete(tenant);
    if (this.#tenants.size > 0) return;
    this.#onEmpty();
    this.engine
      .close()
      .catch((error: unknown) => this.#logger.warn('while closing a producer', { error: String(error) }));
  }

  /** Every one that writes to it has to be content: for one of them it may be a topic of its own that was deleted. */
  #mayCreate(topic: string): boolean {
    let isWanted = false;
    for (const tenant of this.#tenants) {
      if (!tenant.writesTo(topic)) continue;
      if (!tenant.mayCreate(topic)) return false;
      isWanted = true;
    }
    return isWanted;
  }
}

/** What two producers have to agree in: all that is not a name, a function, or where they live. */
function keyOf({
  environment: _,
  clientId: _name,
  mayCreateTopic: _rule,
  ...settings
}: ProducerSettings): string {
  return JSON.stringify(settings);
}
