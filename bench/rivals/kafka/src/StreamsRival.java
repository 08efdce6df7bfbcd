import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * One Kafka Streams thread over a topic that is loaded already. Arguments: bootstrap servers, mode (on text: map, count,
 * windows, joins; on JSON bids, read and written by Jackson: project, filter, json-tumble, json-sum), input topic, output
 * topic, records to read, bytes of state cache, the topic that is joined. Prints one JSON line with the records per second between the first and the last
 * record, then ends.
 */
public final class StreamsRival {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final AtomicLong SEEN = new AtomicLong();
  private static volatile long firstNanos;

  /** What the bids are in JSON, and what is made of them. */
  public record Bid(
      @JsonProperty("AUCTION") long auction,
      @JsonProperty("BIDDER") long bidder,
      @JsonProperty("PRICE") long price,
      @JsonProperty("CHANNEL") String channel,
      @JsonProperty("URL") String url,
      @JsonProperty("DATETIME") long datetime) {}

  public record Converted(
      @JsonProperty("AUCTION") long auction,
      @JsonProperty("PRICE") double price,
      @JsonProperty("CHANNEL") String channel) {}

  public record Count(@JsonProperty("N") long n) {}

  public record Total(@JsonProperty("TOTAL") long total) {}

  public static void main(String[] args) throws Exception {
    String mode = args[1];
    long records = Long.parseLong(args[4]);

    Properties config = new Properties();
    config.put("bootstrap.servers", args[0]);
    config.put("application.id", "rival-" + System.nanoTime());
    config.put("auto.offset.reset", "earliest");
    config.put("num.stream.threads", "1");
    config.put("statestore.cache.max.bytes", args[5]);
    // What the SQL figures agree on; the others have the default of 30 s.
    if (isJson(mode)) config.put("commit.interval.ms", "10000");
    // Commits every 100 ms, its default.
    if (mode.equals("count-exactly-once")) config.put("processing.guarantee", "exactly_once_v2");
    config.put("state.dir", Files.createTempDirectory("rival-state").toString());

    StreamsBuilder builder = isJson(mode) ? jsonTopology(mode, args[2], args[3]) : topology(mode, args);
    KafkaStreams streams = new KafkaStreams(builder.build(), config);
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

  private static StreamsBuilder topology(String mode, String[] args) {
    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    String out = args[3];
    String other = args.length > 6 ? args[6] : "";
    KStream<String, String> source = read(builder, args[2]);
    Produced<String, String> to = Produced.with(text, text);
    switch (mode) {
      case "map" -> source.filter((key, value) -> value.length() > 10).mapValues(value -> value + "y").to(out, to);
      case "count", "count-exactly-once" -> source.groupByKey(Grouped.with(text, text)).count().toStream().mapValues(n -> "" + n).to(out, to);
      case "tumble" ->
          source
              .groupByKey(Grouped.with(text, text))
              .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)))
              .count()
              .toStream((windowed, n) -> windowed.key())
              .mapValues(n -> "" + n)
              .to(out, to);
      case "hop" ->
          source
              .groupByKey(Grouped.with(text, text))
              .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)).advanceBy(Duration.ofSeconds(2)))
              .count()
              .toStream((windowed, n) -> windowed.key())
              .mapValues(n -> "" + n)
              .to(out, to);
      case "session" ->
          source
              .groupByKey(Grouped.with(text, text))
              .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(Duration.ofSeconds(5)))
              .count()
              .toStream((windowed, n) -> windowed.key())
              .mapValues(n -> "" + n)
              .to(out, to);
      case "stream-table" ->
          source
              .join(
                  builder.table(other, Consumed.with(text, text)),
                  (value, row) -> "" + (value.length() + row.length()),
                  Joined.with(text, text, text))
              .to(out, to);
      case "stream-stream" ->
          source
              .join(
                  read(builder, other),
                  (left, right) -> "" + (left.length() + right.length()),
                  JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofSeconds(5)),
                  StreamJoined.with(text, text, text))
              .to(out, to);
      case "table-table" ->
          source
              .toTable(Materialized.with(text, text))
              .join(
                  read(builder, other).toTable(Materialized.with(text, text)),
                  (left, right) -> "" + (left.length() + right.length()))
              .toStream()
              .to(out, to);
      case "foreign-key" ->
          source
              .mapValues((key, value) -> key)
              .toTable(Materialized.with(text, text))
              .join(
                  read(builder, other).toTable(Materialized.with(text, text)),
                  (String key) -> "k" + Integer.parseInt(key.substring(1)) % 1_000,
                  (left, right) -> left + right.length(),
                  Materialized.with(text, text))
              .toStream()
              .to(out, to);
      default -> throw new IllegalArgumentException("unknown mode " + mode);
    }
    return builder;
  }

  private static KStream<String, String> read(StreamsBuilder builder, String topic) {
    return builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String())).peek((key, value) -> tick());
  }

  private static boolean isJson(String mode) {
    return mode.startsWith("json-") || mode.equals("project") || mode.equals("filter");
  }

  private static StreamsBuilder jsonTopology(String mode, String in, String out) {
    StreamsBuilder builder = new StreamsBuilder();
    var text = Serdes.String();
    Serde<Bid> bids = json(Bid.class);
    KStream<String, Bid> source = builder.stream(in, Consumed.with(text, bids)).peek((key, value) -> tick());
    switch (mode) {
      case "project" ->
          source
              .mapValues(bid -> new Converted(bid.auction(), bid.price() * 0.908, bid.channel()))
              .to(out, Produced.with(text, json(Converted.class)));
      case "filter" -> source.filter((key, bid) -> bid.auction() % 123 == 0).to(out, Produced.with(text, bids));
      case "json-tumble" ->
          source
              .groupByKey(Grouped.with(text, bids))
              .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)))
              .count()
              .toStream((windowed, n) -> windowed.key())
              .mapValues(n -> new Count(n))
              .to(out, Produced.with(text, json(Count.class)));
      case "json-sum" ->
          source
              .groupByKey(Grouped.with(text, bids))
              .aggregate(() -> 0L, (key, bid, sum) -> sum + bid.price(), Materialized.with(text, Serdes.Long()))
              .toStream()
              .mapValues(total -> new Total(total))
              .to(out, Produced.with(text, json(Total.class)));
      default -> throw new IllegalArgumentException("unknown mode " + mode);
    }
    return builder;
  }

  private static <T> Serde<T> json(Class<T> type) {
    ObjectReader reader = MAPPER.readerFor(type);
    ObjectWriter writer = MAPPER.writerFor(type);
    return Serdes.serdeFrom(
        (topic, value) -> {
          try {
            return value == null ? null : writer.writeValueAsBytes(value);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        },
        (topic, bytes) -> {
          try {
            return bytes == null ? null : reader.<T>readValue(bytes);
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        });
  }

  private static void tick() {
    if (SEEN.incrementAndGet() == 1) firstNanos = System.nanoTime();
  }
}
