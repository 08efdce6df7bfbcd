import type { MetadataDelta } from './metadata-delta.ts';
import type { MetadataImage } from './metadata-image.ts';

/** Somebody who acts on changes of the cluster's metadata: a broker's replica manager, its coordinators, a cache. */
export interface MetadataPublisher {
  /**
   * Committed records have changed the image from `delta.image` to `image`; called in order, on the event loop. A
   * publisher that is added late first gets one call whose delta starts from the empty image.
   */
  onUpdate(delta: MetadataDelta, image: MetadataImage): void;
}
