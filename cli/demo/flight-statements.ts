/** What the demo tells the SQL server: two sources on Kafka topics, and three queries on them that keep running. */
export const FLIGHT_STATEMENTS = `
CREATE TABLE IF NOT EXISTS airports (
    iata STRING PRIMARY KEY, name STRING, city STRING, state STRING, latitude DOUBLE, longitude DOUBLE
  ) WITH (KAFKA_TOPIC = 'airports', VALUE_FORMAT = 'JSON');

CREATE STREAM IF NOT EXISTS flights (
    origin STRING KEY, destination STRING, delay INTEGER, distance INTEGER
  ) WITH (KAFKA_TOPIC = 'flights', VALUE_FORMAT = 'JSON');

-- a filter with a projection
CREATE STREAM IF NOT EXISTS late_flights AS
  SELECT origin, destination, delay, ROUND(distance * 1.609344) AS kilometres
  FROM flights WHERE delay > 60 EMIT CHANGES;

-- a join of the stream with the table
CREATE STREAM IF NOT EXISTS departures AS
  SELECT f.origin AS origin, a.city AS city, a.state AS state, f.destination AS destination, f.delay AS delay
  FROM flights f JOIN airports a ON f.origin = a.iata EMIT CHANGES;

-- a windowed aggregation
CREATE TABLE IF NOT EXISTS airport_days AS
  SELECT origin, COUNT(*) AS flights, ROUND(AVG(delay), 1) AS average_delay, MAX(delay) AS longest_delay
  FROM flights WINDOW TUMBLING (SIZE 1 DAY, RETENTION 100 DAYS) GROUP BY origin EMIT CHANGES;
`;

/** The live result that the demo shows. */
export const LIVE_QUERY =
  'SELECT city, state, destination, delay FROM departures WHERE delay > 30 EMIT CHANGES LIMIT 12;';

/** What the demo suggests to try next, on the shell that it opens. */
export const SUGGESTIONS = [
  'SELECT * FROM late_flights EMIT CHANGES LIMIT 5;',
  "SELECT origin, WINDOWSTART, flights, average_delay FROM airport_days WHERE origin = 'ATL';",
  'SHOW QUERIES;',
  'DESCRIBE departures;',
] as const;
