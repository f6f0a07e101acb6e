import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Prints alerts, each once. It needs kafka-clients and jackson-databind, and nothing of Tocsin:
 *
 *   java -cp 'libs/*' Subscriber.java [BOOTSTRAP_SERVERS [TOPIC [GROUP]]]
 *
 * Stop it by SIGTERM or Ctrl-C. Another start goes on where this one ended.
 */
public class Subscriber {
    static final ObjectMapper JSON = new ObjectMapper();
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    /** What would steer a terminal, or turn the direction of a line: titles are strangers' words. */
    static final String STEERS = "[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]";
    static volatile boolean stopping;

    /** The highest sequence that was handled of each alert's id: of one id it only grows. */
    static final Map<String, Integer> NEWEST = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > 100_000;
        }
    };

    public static void main(String[] args) throws Exception {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", args.length > 0 ? args[0] : "127.0.0.1:9092");
        config.put("group.id", args.length > 2 ? args[2] : "example-subscriber");
        config.put("isolation.level", "read_committed"); // else you see alerts that were taken back before they counted
        config.put("auto.offset.reset", "earliest"); // a new group begins with what is stored
        config.put("enable.auto.commit", false); // an offset is committed once the alert was handled, not before
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping = true;
            try {
                main.join(); // what is being handled is finished and committed
            } catch (InterruptedException ignored) {
            }
        }));
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(args.length > 1 ? args[1] : "alerts"));
            while (!stopping) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    handle(record);
                }
                consumer.commitSync();
            }
        }
        OUT.println("stopped");
    }

    static void handle(ConsumerRecord<String, byte[]> record) throws Exception {
        var type = record.headers().lastHeader("ce_type");
        if (type == null || !new String(type.value(), StandardCharsets.UTF_8).equals("tocsin.alert.v1")) {
            return; // a type that this program is too old for
        }
        JsonNode alert = JSON.readTree(record.value());
        String id = alert.get("id").asText();
        int sequence = alert.get("sequence").asInt();
        if (sequence <= NEWEST.getOrDefault(id, -1)) {
            return; // seen
        }
        if (tells(alert)) {
            show(alert);
        }
        NEWEST.put(id, sequence);
    }

    /** Whether people are told of this record: held ones and copies stand there so that nothing is hidden. */
    static boolean tells(JsonNode alert) {
        return !alert.hasNonNull("held") && !alert.get("reason").asText().equals("copy");
    }

    /** What your desk does with an alert goes here. Twice must do no harm: a crash may repeat the last few. */
    static void show(JsonNode alert) {
        String reason = alert.get("reason").asText();
        String word = reason.equals("withdrawn") ? "TAKEN BACK" : alert.get("action").asText().toUpperCase(Locale.ROOT);
        String title = alert.path("article").path("title").asText("");
        String what = title.isEmpty() ? alert.get("stands_for").asInt() + " alerts in one" : title;
        String line = word + "  " + alert.at("/watch/name").asText() + " (" + reason + "): " + what;
        OUT.println(line.replaceAll(STEERS, " "));
    }
}
