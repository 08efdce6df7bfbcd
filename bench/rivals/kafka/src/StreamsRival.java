import java.nio.file.Files;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * One Kafka Streams thread over a topic that is loaded already. Arguments: bootstrap servers, mode (map, count, tumble),
 * input topic, output topic, records to read, bytes of state cache. Prints one JSON line with the records per second
 * between the first and the last record, then ends.
 */
public final class StreamsRival {
  private static final AtomicLong SEEN = new AtomicLong();
  private static volatile long firstNanos;

  public static void main(String[] args) throws Exception {
    String mode = args[1];
    long records = Long.parseLong(args[4]);

    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", "rival-" + System.nanoTime());
    config.put("auto.offset.reset", "earliest");
    config.put("num.stream.threads", "1");
    config.put("statestore.cache.max.bytes", args[5]);
    config.put("state.dir", Files.createTempDirectory("rival-state").toString());

    KafkaStreams streams = new KafkaStreams(topology(mode, args[2], args[3]).build(), config);
    streams.start();
    long before = -1;
    long changedNanos = System.nanoTime();
    while (SEEN.get() < records) {
      Thread.sleep(2);
      if (SEEN.get() != before) {
        before = SEEN.get();
        changedNanos = System.nanoTime();
      }
      if (System.nanoTime() - changedNanos > 60_000_000_000L) throw new IllegalStateException("stalled at " + before);
    }
    double seconds = (System.nanoTime() - firstNanos) / 1e9;
    System.out.printf("{\"recordsPerSecond\":%d}%n", Math.round(records / seconds));
    streams.close(Duration.ofSeconds(10));
  }

  private static StreamsBuilder topology(String mode, String in, String out) {
    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    KStream<String, String> source = builder.stream(in, Consumed.with(text, text)).peek((key, value) -> tick());
    Produced<String, String> to = Produced.with(text, text);
    switch (mode) {
      case "map" -> source.filter((key, value) -> value.length() > 10).mapValues(value -> value + "y").to(out, to);
      case "count" -> source.groupByKey(Grouped.with(text, text)).count().toStream().mapValues(n -> "" + n).to(out, to);
      case "tumble" ->
          source
              .groupByKey(Grouped.with(text, text))
              .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)))
              .count()
              .toStream((windowed, n) -> windowed.key())
              .mapValues(n -> "" + n)
              .to(out, to);
      default -> throw new IllegalArgumentException("unknown mode " + mode);
    }
    return builder;
  }

  private static void tick() {
    if (SEEN.incrementAndGet() == 1) firstNanos = System.nanoTime();
  }
}
