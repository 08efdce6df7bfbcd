import type { Disk } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';

interface Noted {
  readonly topicId: string;
  readonly nextOffset: number;
}

/** Each note covers the whole of the one before. */
const FILE_BYTES = 128;

/**
 * How far this server has followed the command topic, in a file of its own: that the end of a topic is gone (the recovery
 * of a log cuts off what a crash has damaged) is seen only by who has been there. A topic that was made anew has another
 * id, and begins again.
 */
export class CommandProgress {
  readonly #disk: Disk;
  readonly #file: string;
  readonly #topicId: string;
  readonly #logger: Logger;

  constructor(options: {
    readonly disk: Disk;
    readonly file: string;
    readonly topicId: string;
    readonly logger: Logger;
  }) {
    this.#disk = options.disk;
    this.#file = options.file;
    this.#topicId = options.topicId;
    this.#logger = options.logger;
  }

  /** The offset behind the last command that was seen; 0 where nothing is known. */
  read(): number {
    if (!this.#disk.exists(this.#file)) return 0;
    try {
      const { topicId, nextOffset }: Partial<Noted> = JSON.parse(this.#disk.readFile(this.#file).toString());
      return topicId === this.#topicId && typeof nextOffset === 'number' ? nextOffset : 0;
    } catch (error) {
      this.#logger.warn('how far the command topic was followed is not known any more', {
        file: this.#file,
        error: messageOf(error),
      });
      return 0;
    }
  }

  /** A note that cannot be written costs the next start its check, and no statement. */
  note(nextOffset: number): void {
    const noted: Noted = { topicId: this.#topicId, nextOffset };
    try {
      // Torn by a power loss it is no JSON, and costs a check: not worth a sync on the event loop. Written over in place,
      // because a file that was cut off before makes its file system wait for the disk.
      const file = this.#disk.open(this.#file, 'create');
      try {
        file.write([Buffer.from(JSON.stringify(noted).padEnd(FILE_BYTES))], 0);
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#logger.warn('how far the command topic was followed cannot be noted', { error: error.message });
    }
  }
}
