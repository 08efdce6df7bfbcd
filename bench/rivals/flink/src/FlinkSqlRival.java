import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * One statement of Flink SQL with one slot over a topic of bids, up to the topic's end: RocksDB state, a checkpoint
 * every ten seconds. Arguments: bootstrap servers, mode (project, filter, tumble, sum), input topic, output topic, records, size of
 * the cache (which it has none of), and of bids in Avro also AVRO and the address of the schema registry.
 * Prints one JSON line with the records per second from the running job to its end.
 */
public final class FlinkSqlRival {
  public static void main(String[] args) throws Exception {
    Configuration config = new Configuration();
    config.setString("state.backend.type", "rocksdb");
    config.setString("execution.checkpointing.interval", "10 s");
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(config);
    environment.setParallelism(1);
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(environment, EnvironmentSettings.inStreamingMode());

    String format =
        args.length > 6 && args[6].equals("AVRO")
            ? "'value.format' = 'avro-confluent', 'value.avro-confluent.url' = '" + args[7] + "'"
            : "'value.format' = 'json'";
    String servers = "'properties.bootstrap.servers' = '" + args[0] + "'";
    tables.executeSql(
        "CREATE TABLE bids (`k` STRING, AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, CHANNEL STRING, URL STRING,"
            + " `DATETIME` BIGINT, event_time AS TO_TIMESTAMP_LTZ(`DATETIME`, 3),"
            + " WATERMARK FOR event_time AS event_time) WITH ('connector' = 'kafka', 'topic' = '" + args[2] + "', "
            + servers + ", 'properties.group.id' = 'rival-" + System.nanoTime() + "',"
            + " 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',"
            + " 'key.format' = 'raw', 'key.fields' = 'k', " + format + ","
            + " 'value.fields-include' = 'EXCEPT_KEY')");
    String sink = " WITH ('connector' = 'kafka', 'topic' = '" + args[3] + "', " + servers + ", " + format + ")";
    String query =
        switch (args[1]) {
          case "project" -> {
            tables.executeSql("CREATE TABLE sink (AUCTION BIGINT, PRICE DOUBLE, CHANNEL STRING)" + sink);
            yield "SELECT AUCTION, PRICE * CAST(0.908 AS DOUBLE), CHANNEL FROM bids";
          }
          case "filter" -> {
            tables.executeSql(
                "CREATE TABLE sink (AUCTION BIGINT, BIDDER BIGINT, PRICE BIGINT, CHANNEL STRING, URL STRING,"
                    + " `DATETIME` BIGINT)" + sink);
            yield "SELECT AUCTION, BIDDER, PRICE, CHANNEL, URL, `DATETIME` FROM bids WHERE MOD(AUCTION, 123) = 0";
          }
          case "tumble" -> {
            tables.executeSql("CREATE TABLE sink (`k` STRING, N BIGINT)" + sink);
            yield "SELECT `k`, COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(event_time), INTERVAL '10' SECOND))"
                + " GROUP BY `k`, window_start, window_end";
          }
          case "sum" -> {
            tables.executeSql(
                "CREATE TABLE sink (`k` STRING, TOTAL BIGINT, PRIMARY KEY (`k`) NOT ENFORCED) WITH ('connector' ="
                    + " 'upsert-kafka', 'topic' = '" + args[3] + "', " + servers
                    + ", 'key.format' = 'raw', " + format + ", 'value.fields-include' = 'EXCEPT_KEY')");
            yield "SELECT `k`, SUM(PRICE) FROM bids GROUP BY `k`";
          }
          default -> throw new IllegalArgumentException("unknown mode " + args[1]);
        };
    TableResult result = tables.executeSql("INSERT INTO sink " + query);
    while (result.getJobClient().orElseThrow().getJobStatus().get() != JobStatus.RUNNING) Thread.sleep(2);
    long startNanos = System.nanoTime();
    result.await();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    System.out.printf("{\"recordsPerSecond\":%d}%n", Math.round(Long.parseLong(args[4]) / seconds));
    System.exit(0);
  }
}
