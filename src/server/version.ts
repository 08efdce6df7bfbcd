/**
 * The version that clients are told. ksqlDB's own tools refuse servers that are too old for them, so this is the version
 * of ksqlDB whose API this server has.
 */
export const ksqlVersion = '0.29.0';
