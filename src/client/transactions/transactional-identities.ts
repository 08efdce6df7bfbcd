import type { ProducerIdentity } from '../producer-identity.ts';

/**
 * The identity of a transactional producer, which only the coordinator gives it: all partitions go on under the one that it
 * has given last. Where a sequence breaks, nothing can be written until the transaction is aborted.
 */
export class TransactionalIdentities {
  current: ProducerIdentity | undefined;

  isOver(used: ProducerIdentity): boolean {
    return used !== this.current;
  }

  after(used: ProducerIdentity): ProducerIdentity | undefined {
    return used === this.current ? undefined : this.current;
  }

  replaced(used: ProducerIdentity): ProducerIdentity | undefined {
    return this.after(used);
  }

  renew(): void {}

  takeFailure(): undefined {}
}
