/** Where queries keep their state, in the data folder, unless `ksql.streams.state.dir` says otherwise. */
export const SQL_STATE_FOLDER = 'sql-state';
