import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.processor.api.*;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.*;
import org.apache.kafka.streams.test.TestRecord;

/**
 * Runs cases of program.ts, one a line, in Kafka Streams' test driver, and answers each with a line: what came of each
 * record, or what was refused. `java -cp "lib/*" RandomPrograms.java FOLDER`, whose state goes into the folder.
 */
public class RandomPrograms {
  static final Serde<String> S = Serdes.String();
  final StreamsBuilder builder = new StreamsBuilder();
  final Map<String, KStream<String, String>> streams = new HashMap<>();
  final Map<String, KTable<String, String>> tables = new HashMap<>();
  final Map<String, KTable<Windowed<String>, String>> windowed = new HashMap<>();
  final TreeSet<String> outputs = new TreeSet<>();
  final TreeSet<String> inputTopics = new TreeSet<>();

  static String cut(String text) {
    return text.length() > 24 ? text.substring(text.length() - 24) : text;
  }

  static int sum(String text) {
    int total = 0;
    if (text != null) for (int i = 0; i < text.length(); i++) total += text.charAt(i);
    return total;
  }

  static String key(String name, String k, String v) {
    switch (name) {
      case "value": return "k" + sum(v) % 3;
      case "both": return (k == null ? "" : k) + sum(v) % 2;
      case "some": return sum(v) % 4 == 0 ? null : k;
      default: throw new IllegalArgumentException(name);
    }
  }

  static String value(String name, String v, String k) {
    switch (name) {
      case "bang": return v == null ? null : cut(v + "!");
      case "keyed": return cut(k + v);
      case "some": return sum(v) % 4 == 0 ? null : v;
      default: throw new IllegalArgumentException(name);
    }
  }

  static boolean holds(String name, String k, String v) {
    switch (name) {
      case "odd": return sum(v) % 2 == 1;
      case "few": return sum(v) % 3 != 0;
      case "not-a": return !"a".equals(k);
      default: throw new IllegalArgumentException(name);
    }
  }

  static String add(String a, String v) { return cut(a + "+" + v); }
  static String subtract(String a, String v) { return cut(a + "~" + v); }
  static String addOrDelete(String a, String v) { return sum(v) % 5 == 0 ? null : add(a, v); }

  static String collect(String a, String v) {
    TreeSet<String> all = new TreeSet<>();
    for (String each : a.split("\\.")) if (!each.isEmpty()) all.add(each);
    all.add(v);
    return String.join(".", all);
  }

  static String foreignKey(String v) { return new String[] {"a", "b", "c", null}[sum(v) % 4]; }

  static class Marker implements Processor<String, String, String, String> {
    ProcessorContext<String, String> context;
    public void init(ProcessorContext<String, String> context) { this.context = context; }
    public void process(Record<String, String> record) {
      Headers headers = new RecordHeaders(record.headers().toArray());
      headers.add("p", String.valueOf(sum(record.value()) % 10).getBytes(StandardCharsets.UTF_8));
      Record<String, String> marked = record.withHeaders(headers);
      context.forward(marked);
      if (sum(record.value()) % 3 == 0) context.forward(marked.withKey("a").withTimestamp(record.timestamp() + 1));
    }
  }

  static class FixedMarker implements FixedKeyProcessor<String, String, String> {
    FixedKeyProcessorContext<String, String> context;
    public void init(FixedKeyProcessorContext<String, String> context) { this.context = context; }
    public void process(FixedKeyRecord<String, String> record) {
      if (sum(record.value()) % 7 == 0) return;
      context.forward(record.withValue(value("keyed", record.value(), record.key())).withTimestamp(record.timestamp() + 2));
    }
  }

  /** One step: its inputs, its words, and what was said of its store. */
  class Hand {
    final List<String> inputs = new ArrayList<>();
    final List<String> words = new ArrayList<>();
    String store;
    boolean cached = true;

    String word(int i) { return i < words.size() ? words.get(i) : null; }
    long number(int i) { return Long.parseLong(words.get(i)); }
    KStream<String, String> s(int i) { return streams.get(inputs.get(i)); }
    KTable<String, String> t(int i) { return tables.get(inputs.get(i)); }
    KTable<Windowed<String>, String> w() { return windowed.get(inputs.get(0)); }

    <V, T extends org.apache.kafka.streams.processor.StateStore> Materialized<String, V, T> kept(Serde<V> serde) {
      Materialized<String, V, T> m = store == null
          ? Materialized.with(S, serde)
          : Materialized.<String, V, T>as(store).withKeySerde(S).withValueSerde(serde);
      return cached ? m : m.withCachingDisabled();
    }
  }

  static Duration ms(long ms) { return Duration.ofMillis(ms); }

  static Grouped<String, String> grouped() { return Grouped.with(S, S); }

  KTable<String, String> texts(KTable<String, Long> counts) {
    return counts.mapValues(v -> String.valueOf(v), Materialized.with(S, S));
  }

  KTable<Windowed<String>, String> windowTexts(KTable<Windowed<String>, Long> counts) {
    return counts.mapValues(v -> String.valueOf(v));
  }

  static <V> KTable<Windowed<String>, V> told(KTable<Windowed<String>, V> table, String emit) {
    if (!"suppressed".equals(emit)) return table;
    return table.suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()));
  }

  KTable<String, String> aggregate(Hand h) {
    String selector = h.word(1);
    KGroupedStream<String, String> group = selector.equals("key")
        ? h.s(0).groupByKey(grouped())
        : h.s(0).groupBy((k, v) -> key(selector, k, v), grouped());
    switch (h.word(0)) {
      case "count": return texts(group.count(h.<Long, KeyValueStore<Bytes, byte[]>>kept(Serdes.Long())));
      case "reduce": return group.reduce(RandomPrograms::addOrDelete, h.kept(S));
      case "collect": return group.aggregate(() -> "", (k, v, a) -> collect(a, v), h.kept(S));
      default: return group.aggregate(() -> "0", (k, v, a) -> cut(a + k + v), h.kept(S));
    }
  }

  KTable<Windowed<String>, String> windowed(Hand h) {
    TimeWindows windows = TimeWindows.ofSizeAndGrace(ms(h.number(2)), ms(h.number(4)));
    if (h.word(1).equals("hopping")) windows = windows.advanceBy(ms(h.number(3)));
    String emit = h.word(5);
    TimeWindowedKStream<String, String> stream = h.s(0).groupByKey(grouped()).windowedBy(windows);
    if (emit.equals("final")) stream = stream.emitStrategy(EmitStrategy.onWindowClose());
    switch (h.word(0)) {
      case "count": return windowTexts(told(stream.count(h.<Long, WindowStore<Bytes, byte[]>>kept(Serdes.Long())), emit));
      case "reduce": return told(stream.reduce(RandomPrograms::addOrDelete, h.kept(S)), emit);
      default: return told(stream.aggregate(() -> "", (k, v, a) -> cut((a == null ? "null" : a) + k + v), h.kept(S)), emit);
    }
  }

  KTable<Windowed<String>, String> sessions(Hand h) {
    SessionWindows windows = SessionWindows.ofInactivityGapAndGrace(ms(h.number(1)), ms(h.number(2)));
    String emit = h.word(3);
    SessionWindowedKStream<String, String> stream = h.s(0).groupByKey(grouped()).windowedBy(windows);
    if (emit.equals("final")) stream = stream.emitStrategy(EmitStrategy.onWindowClose());
    switch (h.word(0)) {
      case "count": return windowTexts(told(stream.count(h.<Long, SessionStore<Bytes, byte[]>>kept(Serdes.Long())), emit));
      case "reduce": return told(stream.reduce(RandomPrograms::add, h.kept(S)), emit);
      default:
        return told(
            stream.aggregate(() -> "", (k, v, a) -> cut(a + k + v), (k, l, r) -> cut(l + "/" + r), h.kept(S)), emit);
    }
  }

  KStream<String, String> join(Hand h) {
    JoinWindows windows = h.word(3).equals("eager")
        ? JoinWindows.of(ms(h.number(1)))
        : JoinWindows.ofTimeDifferenceAndGrace(ms(h.number(1)), ms(h.number(3))).after(ms(h.number(2)));
    StreamJoined<String, String, String> joined = StreamJoined.with(S, S, S);
    if (h.store != null) joined = joined.withStoreName(h.store);
    ValueJoiner<String, String, String> joiner = (l, r) -> cut(l + "-" + r);
    switch (h.word(0)) {
      case "inner": return h.s(0).join(h.s(1), joiner, windows, joined);
      case "left": return h.s(0).leftJoin(h.s(1), joiner, windows, joined);
      default: return h.s(0).outerJoin(h.s(1), joiner, windows, joined);
    }
  }

  KTable<String, String> tableAggregate(Hand h) {
    String selector = h.word(1);
    KGroupedTable<String, String> group = h.t(0).groupBy((k, v) -> KeyValue.pair(key(selector, k, v), v), grouped());
    switch (h.word(0)) {
      case "count": return texts(group.count(h.<Long, KeyValueStore<Bytes, byte[]>>kept(Serdes.Long())));
      case "reduce": return group.reduce(RandomPrograms::add, RandomPrograms::subtract, h.kept(S));
      default:
        return group.aggregate(() -> "0", (k, v, a) -> cut(a + k + v), (k, v, a) -> subtract(a, v), h.kept(S));
    }
  }

  void step(String text) {
    String[] halves = (text + " ").split(" \\| ", 2);
    String[] head = halves[0].trim().split(" ");
    Hand h = new Hand();
    for (int i = 2; i < head.length; i++) h.inputs.add(head[i]);
    for (String word : halves[1].trim().split(" ")) {
      if (word.startsWith("!")) h.store = word.substring(1);
      else if (word.equals("nocache")) h.cached = false;
      else if (!word.isEmpty()) h.words.add(word);
    }
    String id = head[0];
    ValueJoiner<String, String, String> joiner = (l, r) -> cut(l + "-" + r);
    switch (head[1]) {
      case "stream":
        inputTopics.add(h.word(0));
        streams.put(id, builder.stream(h.word(0), Consumed.with(S, S)));
        break;
      case "table":
        inputTopics.add(h.word(0));
        tables.put(id, builder.table(h.word(0), Consumed.with(S, S), h.kept(S)));
        break;
      case "versioned": {
        inputTopics.add(h.word(0));
        Materialized<String, String, KeyValueStore<Bytes, byte[]>> m =
            Materialized.<String, String>as(Stores.persistentVersionedKeyValueStore(h.store, ms(h.number(1))))
                .withKeySerde(S).withValueSerde(S);
        tables.put(id, builder.table(h.word(0), Consumed.with(S, S), m));
        break;
      }
      case "to":
        outputs.add(h.word(0));
        h.s(0).to(h.word(0), Produced.with(S, S));
        break;
      case "filter": streams.put(id, h.s(0).filter((k, v) -> holds(h.word(0), k, v))); break;
      case "filterNot": streams.put(id, h.s(0).filterNot((k, v) -> holds(h.word(0), k, v))); break;
      case "mapValues": streams.put(id, h.s(0).mapValues((k, v) -> value(h.word(0), v, k))); break;
      case "flatMapValues":
        streams.put(id, h.s(0).flatMapValues(v -> sum(v) % 3 == 0 ? List.<String>of() : List.of(v, cut(v + v))));
        break;
      case "selectKey": streams.put(id, h.s(0).selectKey((k, v) -> key(h.word(0), k, v))); break;
      case "map":
        streams.put(id, h.s(0).map((k, v) -> KeyValue.pair(key(h.word(0), k, v), value(h.word(1), v, k))));
        break;
      case "flatMap":
        streams.put(id, h.s(0).flatMap((k, v) -> List.of(KeyValue.pair(k, v), KeyValue.pair(key(h.word(0), k, v), v))));
        break;
      case "merge": streams.put(id, h.s(0).merge(h.s(1))); break;
      case "branch": {
        Map<String, KStream<String, String>> branches =
            h.s(0).split().branch((k, v) -> holds(h.word(0), k, v)).defaultBranch();
        List<String> names = new ArrayList<>(new TreeSet<>(branches.keySet()));
        streams.put(id, branches.get(names.get((int) h.number(1))));
        break;
      }
      case "repartition": streams.put(id, h.s(0).repartition(Repartitioned.with(S, S))); break;
      case "process": streams.put(id, h.s(0).process(Marker::new)); break;
      case "processValues": streams.put(id, h.s(0).processValues(FixedMarker::new)); break;
      case "toTable": tables.put(id, h.s(0).toTable(h.kept(S))); break;
      case "aggregate": tables.put(id, aggregate(h)); break;
      case "windowed": windowed.put(id, windowed(h)); break;
      case "sessions": windowed.put(id, sessions(h)); break;
      case "join": streams.put(id, join(h)); break;
      case "lookUp": {
        Joined<String, String, String> joined = Joined.with(S, S, S);
        if (h.word(1) != null) joined = joined.withGracePeriod(ms(h.number(1)));
        streams.put(id, h.word(0).equals("inner")
            ? h.s(0).join(h.t(1), joiner, joined)
            : h.s(0).leftJoin(h.t(1), joiner, joined));
        break;
      }
      case "toStream": streams.put(id, h.t(0).toStream()); break;
      case "tableFilter": tables.put(id, h.t(0).filter((k, v) -> holds(h.word(0), k, v), h.kept(S))); break;
      case "tableMap": tables.put(id, h.t(0).mapValues((k, v) -> value(h.word(0), v, k), h.kept(S))); break;
      case "tableJoin":
        switch (h.word(0)) {
          case "inner": tables.put(id, h.t(0).join(h.t(1), joiner, h.kept(S))); break;
          case "left": tables.put(id, h.t(0).leftJoin(h.t(1), joiner, h.kept(S))); break;
          default: tables.put(id, h.t(0).outerJoin(h.t(1), joiner, h.kept(S)));
        }
        break;
      case "foreignKey": {
        java.util.function.Function<String, String> extractor = RandomPrograms::foreignKey;
        tables.put(id, h.word(0).equals("inner")
            ? h.t(0).join(h.t(1), extractor, joiner, h.kept(S))
            : h.t(0).leftJoin(h.t(1), extractor, joiner, h.kept(S)));
        break;
      }
      case "tableAggregate": tables.put(id, tableAggregate(h)); break;
      case "suppress": {
        Suppressed.EagerBufferConfig buffer = h.word(1) == null
            ? Suppressed.BufferConfig.maxRecords(Long.MAX_VALUE)
            : Suppressed.BufferConfig.maxRecords(h.number(1));
        tables.put(id, h.t(0).suppress(Suppressed.untilTimeLimit(ms(h.number(0)), buffer)));
        break;
      }
      case "windowStream":
        streams.put(id, h.w().toStream().map((k, v) ->
            KeyValue.pair(k.key() + "@" + k.window().start() + "-" + k.window().end(), v)));
        break;
      case "windowAggregate":
        tables.put(id, h.w().groupBy((k, v) -> KeyValue.pair(k.key(), v), grouped())
            .reduce(RandomPrograms::add, RandomPrograms::subtract, h.kept(S)));
        break;
      default: throw new IllegalArgumentException(text);
    }
  }

  static String orNull(String text) { return text == null ? "~" : text; }

  static String printed(String topic, TestRecord<String, String> record) {
    List<String> marks = new ArrayList<>();
    for (Header header : record.headers())
      marks.add(header.key() + "=" + (header.value() == null ? "~" : new String(header.value(), StandardCharsets.UTF_8)));
    return topic + "," + orNull(record.key()) + "," + orNull(record.value()) + "," + record.timestamp() + "," + String.join("&", marks);
  }

  static String answer(String line, Path folder) {
    String[] parts = line.split("\t", -1);
    RandomPrograms program = new RandomPrograms();
    Properties config = new Properties();
    config.put("application.id", "random");
    config.put("bootstrap.servers", "nowhere:1");
    config.put("state.dir", folder.toString());
    config.put("default.key.serde", Serdes.StringSerde.class);
    config.put("default.value.serde", Serdes.StringSerde.class);
    config.put("statestore.cache.max.bytes", parts[0].equals("cached") ? 10_000_000L : 0L);
    config.put("__emit.interval.ms.kstreams.outer.join.spurious.results.fix__", 0L);
    config.put("__emit.interval.ms.kstreams.windowed.aggregation__", 0L);
    TopologyTestDriver driver;
    try {
      for (String step : parts[1].split(";")) program.step(step);
      driver = new TopologyTestDriver(program.builder.build(), config);
    } catch (Exception error) {
      return "!" + String.valueOf(error).replaceAll("[\t\r\n]", " ");
    }
    StringBuilder text = new StringBuilder();
    boolean failed = false;
    try {
      Map<String, TestInputTopic<String, String>> inputs = new HashMap<>();
      for (String topic : program.inputTopics)
        inputs.put(topic, driver.createInputTopic(topic, new StringSerializer(), new StringSerializer()));
      Map<String, TestOutputTopic<String, String>> outputs = new HashMap<>();
      for (String topic : program.outputs)
        outputs.put(topic, driver.createOutputTopic(topic, new StringDeserializer(), new StringDeserializer()));
      boolean first = true;
      for (String step : parts[2].isEmpty() ? new String[0] : parts[2].split("\\|")) {
        String[] f = step.split(",");
        if (!first) text.append('\t');
        first = false;
        Headers headers = new RecordHeaders();
        if (!f[4].equals("~")) headers.add("h", f[4].getBytes(StandardCharsets.UTF_8));
        try {
          inputs.get(f[0]).pipeInput(new TestRecord<>(
              f[1].equals("~") ? null : f[1], f[2].equals("~") ? null : f[2], headers, Long.parseLong(f[3])));
        } catch (Exception error) {
          text.append("failed");
          failed = true;
          break;
        }
        List<String> results = new ArrayList<>();
        for (String topic : program.outputs)
          for (TestRecord<String, String> record : outputs.get(topic).readRecordsToList()) results.add(printed(topic, record));
        text.append(String.join("|", results));
      }
    } finally {
      try {
        driver.close();
      } catch (Exception error) {
        if (!failed) throw error;
      }
    }
    return text.toString();
  }

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path root = Path.of(args[0]);
    int count = 0;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Path folder = Files.createDirectories(root.resolve("state-" + count++));
      String answer;
      try {
        answer = answer(line, folder);
      } catch (Throwable error) {
        answer = "?" + String.valueOf(error).replaceAll("[\t\r\n]", " ");
      }
      out.println(answer);
    }
  }
}
