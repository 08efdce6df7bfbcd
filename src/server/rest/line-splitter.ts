const LINE_FEED = 0x0a;

/** Cuts bytes that come in pieces of any size into lines of UTF-8, which are parsed as they are: without their line feeds. */
export class LineSplitter {
  readonly #lineBytesMax: number;
  readonly #begun: Buffer[] = [];
  #begunBytes = 0;

  /** @param lineBytesMax what a line may have. */
  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** Whether the line that has begun is longer than a line may be. */
  get isTooLong(): boolean {
    return this.#begunBytes > this.#lineBytesMax;
  }

  /** @returns the lines that end in this piece. */
  push(bytes: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      this.#add(bytes.subarray(start, end));
      // What follows a line that is too long is not looked at.
      if (this.isTooLong) return lines;
      lines.push(this.#take());
      start = end + 1;
    }
    this.#add(bytes.subarray(start));
    return lines;
  }

  /** The last line, where it does not end in a line feed; empty where there is none. */
  end(): string {
    return this.#take();
  }

  #add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#begun.push(bytes);
    this.#begunBytes += bytes.length;
  }

  #take(): string {
    const [first = Buffer.alloc(0)] = this.#begun;
    const line = this.#begun.length > 1 ? Buffer.concat(this.#begun) : first;
    this.#begun.length = 0;
    this.#begunBytes = 0;
    return line.toString('utf8');
  }
}
