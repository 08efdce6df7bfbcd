import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.*;

/**
 * Reads programs of dsl-programs.ts, one a line, and prints each with Kafka Streams' text of its topology:
 * npx tsx test/streams/print-dsl-programs.ts SEED COUNT | java -cp "lib/*" test/streams/DslPrograms.java [OPTIMIZATION] | gzip -9n
 */
public class DslPrograms {
  static final Serde<String> S = Serdes.String();
  final StreamsBuilder builder = new StreamsBuilder();
  final List<KStream<String, String>> streams = new ArrayList<>();
  final List<KTable<String, String>> tables = new ArrayList<>();

  static JoinWindows windows() {
    return JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofMillis(10));
  }

  static Grouped<String, String> grouped(String name) {
    return name == null ? Grouped.with(S, S) : Grouped.with(name, S, S);
  }

  void counted(KTable<String, Long> table) {
    streams.add(table.toStream().mapValues(String::valueOf));
  }

  void step(String text) {
    String[] w = text.split(" ");
    String name = null;
    List<String> words = new ArrayList<>();
    for (String word : w) if (word.startsWith("@")) name = word.substring(1); else words.add(word);
    String op = words.get(0);
    int a = words.size() > 1 && words.get(1).matches("\\d+") ? Integer.parseInt(words.get(1)) : -1;
    int b = words.size() > 2 && words.get(2).matches("\\d+") ? Integer.parseInt(words.get(2)) : -1;
    Named named = name == null ? null : Named.as(name);
    ValueJoiner<String, String, String> joiner = (l, r) -> l + r;
    StreamJoined<String, String, String> streamJoined = StreamJoined.with(S, S, S);
    if (name != null) streamJoined = streamJoined.withName(name);
    Joined<String, String, String> joined = Joined.with(S, S, S);
    if (name != null) joined = joined.withName(name);
    switch (op) {
      case "stream": streams.add(builder.stream(words.get(1), Consumed.with(S, S))); break;
      case "table": tables.add(builder.table(words.get(1), Consumed.with(S, S))); break;
      case "filter": {
        KStream<String, String> s = streams.get(a);
        streams.add(named == null ? s.filter((k, v) -> true) : s.filter((k, v) -> true, named));
        break;
      }
      case "mapValues": {
        KStream<String, String> s = streams.get(a);
        streams.add(named == null ? s.mapValues(v -> v) : s.mapValues(v -> v, named));
        break;
      }
      case "map": {
        KStream<String, String> s = streams.get(a);
        streams.add(named == null ? s.map(KeyValue::pair) : s.map(KeyValue::pair, named));
        break;
      }
      case "selectKey": {
        KStream<String, String> s = streams.get(a);
        streams.add(named == null ? s.selectKey((k, v) -> v) : s.selectKey((k, v) -> v, named));
        break;
      }
      case "merge": {
        KStream<String, String> s = streams.get(a);
        streams.add(named == null ? s.merge(streams.get(b)) : s.merge(streams.get(b), named));
        break;
      }
      case "split": {
        BranchedKStream<String, String> split = named == null ? streams.get(a).split() : streams.get(a).split(named);
        Map<String, KStream<String, String>> branches = split.branch((k, v) -> true).defaultBranch();
        branches.keySet().stream().sorted().forEach(key -> streams.add(branches.get(key)));
        break;
      }
      case "repartition": {
        Repartitioned<String, String> options = Repartitioned.with(S, S);
        streams.add(streams.get(a).repartition(name == null ? options : options.withName(name)));
        break;
      }
      case "to": streams.get(a).to(words.get(2), Produced.with(S, S)); break;
      case "count": counted(streams.get(a).groupByKey(grouped(name)).count()); break;
      case "countBy": counted(streams.get(a).groupBy((k, v) -> v, grouped(name)).count()); break;
      case "countTwice": {
        KGroupedStream<String, String> group = streams.get(a).groupBy((k, v) -> v, grouped(name));
        counted(group.count());
        streams.add(group.reduce((l, r) -> r).toStream());
        break;
      }
      case "countStored": counted(streams.get(a).groupByKey(grouped(null)).count(Materialized.as(name))); break;
      case "windowed": {
        TimeWindows size = TimeWindows.ofSizeWithNoGrace(Duration.ofMillis(10));
        KTable<Windowed<String>, Long> table = streams.get(a).groupByKey(grouped(name)).windowedBy(size).count();
        streams.add(table.toStream((key, value) -> key.key()).mapValues(String::valueOf));
        break;
      }
      case "join": streams.add(streams.get(a).join(streams.get(b), joiner, windows(), streamJoined)); break;
      case "leftJoin": streams.add(streams.get(a).leftJoin(streams.get(b), joiner, windows(), streamJoined)); break;
      case "outerJoin": streams.add(streams.get(a).outerJoin(streams.get(b), joiner, windows(), streamJoined)); break;
      case "lookUp": streams.add(streams.get(a).join(tables.get(b), joiner, joined)); break;
      case "lookUpLeft": streams.add(streams.get(a).leftJoin(tables.get(b), joiner, joined)); break;
      case "toTable": {
        Materialized<String, String, org.apache.kafka.streams.state.KeyValueStore<org.apache.kafka.common.utils.Bytes, byte[]>> m = Materialized.with(S, S);
        tables.add(named == null ? streams.get(a).toTable(m) : streams.get(a).toTable(named, m));
        break;
      }
      case "toStream": streams.add(named == null ? tables.get(a).toStream() : tables.get(a).toStream(named)); break;
      case "tableFilter": {
        KTable<String, String> t = tables.get(a);
        tables.add(named == null ? t.filter((k, v) -> true) : t.filter((k, v) -> true, named));
        break;
      }
      case "tableFilterStored": tables.add(tables.get(a).filter((k, v) -> true, Materialized.as(name))); break;
      case "tableMapValues": {
        KTable<String, String> t = tables.get(a);
        streams.add((named == null ? t.mapValues(v -> v) : t.mapValues(v -> v, named)).toStream());
        break;
      }
      case "tableJoin": {
        KTable<String, String> t = tables.get(a);
        streams.add((named == null ? t.join(tables.get(b), joiner) : t.join(tables.get(b), joiner, named)).toStream());
        break;
      }
      case "tableLeftJoin": {
        KTable<String, String> t = tables.get(a);
        streams.add((named == null ? t.leftJoin(tables.get(b), joiner) : t.leftJoin(tables.get(b), joiner, named)).toStream());
        break;
      }
      case "tableOuterJoin": {
        KTable<String, String> t = tables.get(a);
        streams.add((named == null ? t.outerJoin(tables.get(b), joiner) : t.outerJoin(tables.get(b), joiner, named)).toStream());
        break;
      }
      case "foreignKey": {
        KTable<String, String> t = tables.get(a);
        java.util.function.Function<String, String> key = v -> v;
        streams.add((name == null
            ? t.join(tables.get(b), key, joiner)
            : t.join(tables.get(b), key, joiner, TableJoined.as(name))).toStream());
        break;
      }
      case "groupTable":
        counted(tables.get(a).groupBy(KeyValue::pair, grouped(name)).count());
        break;
      default: throw new IllegalArgumentException(text);
    }
  }

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        DslPrograms program = new DslPrograms();
        for (String step : line.split(";")) program.step(step);
        Properties properties = new Properties();
        if (args.length > 0) properties.put("topology.optimization", args[0]);
        answer = program.builder.build(properties).describe().toString();
      } catch (Exception error) {
        answer = "error: " + error.getMessage();
      }
      System.out.println("{\"program\":\"" + line + "\",\"describe\":\"" + answer.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"}");
    }
  }
}
