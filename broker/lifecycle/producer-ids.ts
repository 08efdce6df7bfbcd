import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { allocateProducerIds } from '../../src/protocol/messages/67-allocate-producer-ids.ts';
import type { ControllerChannel } from '../controller/controller-channel.ts';

interface ProducerIdsOptions {
  readonly nodeId: number;
  readonly brokerEpoch: () => number;
  readonly controller: ControllerChannel;
}

/**
 * Gives out producer ids that no other broker ever gives out: from blocks that the controller allocates (KIP-730).
 * What is left of a block when the broker stops is not used any more.
 */
export class ProducerIds {
  readonly #options: ProducerIdsOptions;
  #next = 0;
  #end = 0;
  #allocating: Promise<void> | undefined;

  constructor(options: ProducerIdsOptions) {
    this.#options = options;
  }

  /** @throws {OperationalError} when no controller answers. */
  async next(): Promise<number> {
    while (this.#next >= this.#end) {
      this.#allocating ??= this.#allocate().finally(() => {
        this.#allocating = undefined;
      });
      await this.#allocating;
    }
    return this.#next++;
  }

  async #allocate(): Promise<void> {
    const { nodeId, brokerEpoch, controller } = this.#options;
    const block = await controller.send(allocateProducerIds, 0, {
      brokerId: nodeId,
      brokerEpoch: brokerEpoch(),
    });
    if (block.errorCode !== ErrorCode.NONE) {
      throw new ProducerIdsUnavailable(`the controller gave no producer ids: error ${block.errorCode}`);
    }
    this.#next = block.producerIdStart;
    this.#end = block.producerIdStart + block.producerIdLen;
  }
}

/** The controller refused a block: the client may ask again. */
class ProducerIdsUnavailable extends Error {
  override readonly name = 'ProducerIdsUnavailable';
}
