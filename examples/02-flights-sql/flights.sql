-- Read the topics from their beginning.
SET 'auto.offset.reset' = 'earliest';

CREATE TABLE IF NOT EXISTS airports (
    iata STRING PRIMARY KEY, name STRING, city STRING, state STRING
  ) WITH (KAFKA_TOPIC = 'airports', VALUE_FORMAT = 'JSON');

CREATE STREAM IF NOT EXISTS flights (
    origin STRING KEY, destination STRING, delay INTEGER, distance INTEGER
  ) WITH (KAFKA_TOPIC = 'flights', VALUE_FORMAT = 'JSON');

-- A persistent query: departures more than three hours late, with their city, as a topic of their own.
CREATE STREAM IF NOT EXISTS very_late AS
  SELECT f.origin AS origin, a.city AS city, f.destination AS destination, f.delay AS delay,
         ROUND(f.distance * 1.609344) AS kilometres
  FROM flights f JOIN airports a ON f.origin = a.iata
  WHERE f.delay > 180 EMIT CHANGES;

-- Another one: a table that is kept up to date, one row for each airport and week.
CREATE TABLE IF NOT EXISTS airport_weeks AS
  SELECT origin, COUNT(*) AS flights, ROUND(AVG(delay), 1) AS average_delay, MAX(delay) AS longest_delay
  FROM flights WINDOW TUMBLING (SIZE 7 DAYS, RETENTION 100 DAYS) GROUP BY origin EMIT CHANGES;

-- A push query: rows as they come, here the first five.
SELECT city, destination, delay, kilometres FROM very_late EMIT CHANGES LIMIT 5;
