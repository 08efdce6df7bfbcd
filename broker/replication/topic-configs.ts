import type { TopicConfig } from '../config/topic-config.ts';
import { ConfigResourceType, configKey, type MetadataImage } from '../metadata/metadata-image.ts';

/**
 * The configurations of topics by the metadata. Topics without settings of their own share one, and the partitions of
 * another, which come one after the other, what is worked out for the first: it takes thirty look-ups, and thousands of
 * topics are made at a time.
 */
export class TopicConfigs {
  readonly #resolve: (topic: string, image: MetadataImage) => TopicConfig;
  #last: { readonly topic: string; readonly image: MetadataImage; readonly config: TopicConfig } | undefined;
  /** Of topics without settings of their own, by what is set for brokers. */
  #common: { readonly configs: MetadataImage['configs']; readonly config: TopicConfig } | undefined;

  constructor(resolve: (topic: string, image: MetadataImage) => TopicConfig) {
    this.#resolve = resolve;
  }

  of(topic: string, image: MetadataImage): TopicConfig {
    const { configs } = image;
    if (!configs.has(configKey(ConfigResourceType.TOPIC, topic))) {
      if (this.#common?.configs !== configs) {
        this.#common = { configs, config: this.#resolve(topic, image) };
      }
      return this.#common.config;
    }
    const last = this.#last;
    if (last?.topic === topic && last.image === image) return last.config;
    const config = this.#resolve(topic, image);
    this.#last = { topic, image, config };
    return config;
  }
}
