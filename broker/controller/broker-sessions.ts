/** What the active controller knows of a broker from its heartbeats; nothing of it is in the log. */
export interface BrokerSession {
  lastContactMs: number;
  /** Offset up to which the broker has replayed the metadata; -1 before its first heartbeat. */
  metadataOffset: number;
  /** Offset of the record that put it into controlled shutdown; -1 while it is not. */
  controlledShutdownOffset: number;
  /** It has talked to this controller itself. */
  hasContacted: boolean;
}

/** The sessions of the registered brokers: who was heard of, and when. Times are monotonic. */
export class BrokerSessions {
  readonly #sessions = new Map<number, BrokerSession>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get(brokerId: number): BrokerSession | undefined {
    return this.#sessions.get(brokerId);
  }

  /** Begins a broker's session without its having called: it has one timeout to do so. */
  register(brokerId: number, nowMs: number): BrokerSession {
    const session = {
      lastContactMs: nowMs,
      metadataOffset: -1,
      controlledShutdownOffset: -1,
      hasContacted: false,
    };
    this.#sessions.set(brokerId, session);
    return session;
  }

  touch(brokerId: number, metadataOffset: number, nowMs: number): BrokerSession {
    const session = this.#sessions.get(brokerId) ?? this.register(brokerId, nowMs);
    session.lastContactMs = nowMs;
    session.metadataOffset = metadataOffset;
    session.hasContacted = true;
    return session;
  }

  remove(brokerId: number): void {
    this.#sessions.delete(brokerId);
  }

  isExpired(brokerId: number, nowMs: number): boolean {
    const session = this.#sessions.get(brokerId);
    return session === undefined || nowMs - session.lastContactMs > this.#timeoutMs;
  }
}
