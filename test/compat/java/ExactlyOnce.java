import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;

/**
 * An application of Kafka Streams under exactly_once_v2, to be killed. Arguments: bootstrap servers, application id, folder of
 * its state. Reads numbers by key from `data` and writes each of them to `echo`, the running count, sum, least and greatest of
 * each key to `cnt`, `sum`, `min` and `max`, and to `tagged` the running count by the last digit, over a topic of its own.
 */
public final class ExactlyOnce {
  private static final Serde<String> TEXT = Serdes.String();
  private static final Serde<Long> NUMBER = Serdes.Long();

  public static void main(String[] args) throws Exception {
    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", args[1]);
    config.put("state.dir", args[2]);
    config.put("processing.guarantee", "exactly_once_v2");
    config.put("auto.offset.reset", "earliest");
    // Each change of a result is told.
    config.put("statestore.cache.max.bytes", "0");
    config.put("session.timeout.ms", "6000");
    config.put("heartbeat.interval.ms", "500");
    config.put("replication.factor", "-1");
    KafkaStreams streams = new KafkaStreams(topology().build(), config);
    streams.setStateListener((now, before) -> System.out.println("STATE " + now));
    streams.setUncaughtExceptionHandler(
        error -> {
          System.out.println("THREAD " + error);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    streams.start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(30))));
    Thread.currentThread().join();
  }

  private static StreamsBuilder topology() {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Long> data =
        builder.stream("data", Consumed.with(TEXT, TEXT)).mapValues(value -> Long.valueOf(value));
    write(data, "echo");
    KGroupedStream<String, Long> byKey = data.groupByKey(Grouped.with(TEXT, NUMBER));
    write(byKey.count(Materialized.with(TEXT, NUMBER)), "cnt");
    write(byKey.reduce(Long::sum, Materialized.with(TEXT, NUMBER)), "sum");
    write(byKey.reduce(Math::min, Materialized.with(TEXT, NUMBER)), "min");
    write(byKey.reduce(Math::max, Materialized.with(TEXT, NUMBER)), "max");
    KGroupedStream<String, Long> byDigit =
        data.map((key, value) -> KeyValue.pair("" + value % 10, value)).groupByKey(Grouped.with(TEXT, NUMBER));
    write(byDigit.count(Materialized.with(TEXT, NUMBER)), "tagged");
    return builder;
  }

  private static void write(KTable<String, Long> table, String topic) {
    write(table.toStream(), topic);
  }

  private static void write(KStream<String, Long> stream, String topic) {
    stream.mapValues(value -> "" + value).to(topic, Produced.with(TEXT, TEXT));
  }
}
