/**
 * How long the SQL server waits, when it is to stop, for the statements that are under way, before it answers that they
 * have not ended; then for its queries to commit, push queries to remove what they have, and a statement that is being carried out;
 * then for its threads and clients, and meanwhile for the answers to be read. Nothing is waited for any longer, whatever it is at: the sum
 * is how long a stop takes at most. Whoever ends a process gives it some seconds, and then kills it: what is not committed by
 * then is processed again, as after a kill.
 */
export const STATEMENTS_STOP_MS_MAX = 500;
export const QUERIES_STOP_MS_MAX = 2_500;
export const CLIENTS_STOP_MS_MAX = 1_900;
/** Within the time of the clients: a thread that takes longer is ended wherever it is, as soon as it has loaded its modules. */
export const THREADS_STOP_MS_MAX = 1_500;
/** Within the time of the clients, too. */
export const ANSWERS_STOP_MS_MAX = 500;
