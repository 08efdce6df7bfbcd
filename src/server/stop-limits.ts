/**
 * How long the SQL server waits, when it is to stop, for the statements that are under way, before it answers that they
 * have not ended; then for its queries to commit and for a statement that is being carried out; then for its clients, and
 * meanwhile for the answers to be read. Whoever ends a process gives it some seconds, and then kills it: what is not committed by
 * then is processed again, as after a kill.
 */
export const STATEMENTS_STOP_MS_MAX = 500;
export const QUERIES_STOP_MS_MAX = 3_000;
export const CLIENTS_STOP_MS_MAX = 1_000;
