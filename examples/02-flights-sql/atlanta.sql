-- A pull query: the rows of a table as they are now.
SELECT origin, TIMESTAMPTOSTRING(WINDOWSTART, 'yyyy-MM-dd', 'UTC') AS week, flights, average_delay, longest_delay
  FROM airport_weeks
  WHERE origin = 'ATL' AND WINDOWSTART >= '2001-03-01T00:00:00';
