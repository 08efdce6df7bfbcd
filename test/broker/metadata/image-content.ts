import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';

/** All of an image but how far it goes. */
export function imageContent(image: MetadataImage) {
  const { brokers, topicsByName, topicsById, configs, nextProducerId, features } = image;
  return {
    brokers: brokers.toJS(),
    topicsByName: topicsByName.toJS(),
    topicsById: topicsById.toJS(),
    configs: configs.toJS(),
    features: features.toJS(),
    nextProducerId,
  };
}
