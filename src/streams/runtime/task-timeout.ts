/** For how long commits may fail and be tried again: `task.timeout.ms` of Kafka Streams. */
export const TASK_TIMEOUT_MS = 300_000;
