import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Prints random graphs, one JSON object a line, each with the text of Kafka Streams' Topology.describe():
 * java -cp 'lib/*' test/streams/DescribeGraphs.java SEED COUNT | gzip > test/streams/recordings/describe-4.3.1.jsonl.gz
 */
public class DescribeGraphs {
  private static final String[] KINDS = {
    "KSTREAM-FILTER-", "KSTREAM-MAPVALUES-", "KTABLE-JOINTHIS-", "KTABLE-MERGE-", "KSTREAM-KEY-SELECT-", "KSTREAM-PEEK-"
  };

  static class Pass implements Processor<Object, Object, Object, Object> {
    public void process(Record<Object, Object> record) {}
  }

  static String list(List<String> names) {
    return names.isEmpty() ? "[]" : "[\"" + String.join("\",\"", names) + "\"]";
  }

  static String graph(Random random) {
    Topology topology = new Topology();
    List<String> parents = new ArrayList<>();
    List<String> json = new ArrayList<>();
    int number = 0;
    int sources = 1 + random.nextInt(3);
    for (int i = 0; i < sources; i++) {
      String name = String.format("KSTREAM-SOURCE-%010d", number++);
      topology.addSource(name, "topic-" + i);
      parents.add(name);
      json.add("{\"source\":\"" + name + "\",\"topic\":\"topic-" + i + "\"}");
    }
    int count = 2 + random.nextInt(28);
    List<List<String>> users = new ArrayList<>();
    int stores = random.nextInt(4);
    for (int i = 0; i < stores; i++) users.add(new ArrayList<>());
    for (int i = 0; i < count; i++) {
      boolean named = random.nextInt(4) == 0;
      boolean sink = random.nextInt(6) == 0;
      String name = named
          ? "step-" + random.nextInt(100) + "-" + number++
          : String.format("%s%010d", sink ? "KSTREAM-SINK-" : KINDS[random.nextInt(KINDS.length)], number++);
      List<String> of = new ArrayList<>();
      int wanted = 1 + (random.nextInt(3) == 0 ? random.nextInt(3) : 0);
      for (int p = 0; p < wanted; p++) {
        String parent = random.nextBoolean()
            ? parents.get(random.nextInt(parents.size()))
            : parents.get(random.nextInt(Math.min(3, parents.size())));
        if (!of.contains(parent)) of.add(parent);
      }
      String[] array = of.toArray(new String[0]);
      if (sink) {
        topology.addSink(name, "out-" + i, array);
        json.add("{\"sink\":\"" + name + "\",\"topic\":\"out-" + i + "\",\"parents\":" + list(of) + "}");
        continue;
      }
      topology.addProcessor(name, Pass::new, array);
      List<String> own = new ArrayList<>();
      for (int s = 0; s < stores; s++)
        if (random.nextInt(4) == 0) {
          users.get(s).add(name);
          own.add("store-" + s);
        }
      parents.add(name);
      json.add("{\"processor\":\"" + name + "\",\"parents\":" + list(of) + ",\"stores\":" + list(own) + "}");
    }
    for (int s = 0; s < stores; s++)
      topology.addStateStore(
          Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("store-" + s), Serdes.String(), Serdes.String()),
          users.get(s).toArray(new String[0]));
    String text = topology.describe().toString().replace("\n", "\\n");
    return "{\"nodes\":[" + String.join(",", json) + "],\"describe\":\"" + text + "\"}";
  }

  public static void main(String[] args) {
    Random random = new Random(Long.parseLong(args[0]));
    for (int i = 0; i < Integer.parseInt(args[1]); i++) System.out.println(graph(random));
  }
}
