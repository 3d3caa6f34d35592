import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.apache.kafka.common.Uuid;

/**
 * Starts one genuine Kafka broker, which is its own controller, in this JVM: KafkaNode DIR PORT CONTROLLER_PORT [SCRAM_USER]
 *
 * Settings in DIR/more.properties, if that is there, win over the ones below. SCRAM_USER is what `kafka-storage format --add-scram` takes.
 *
 * It ends when its standard input does, and so with whoever started it, however that ended.
 */
public final class KafkaNode {
    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[0]).toAbsolutePath();
        String broker = "127.0.0.1:" + args[1];
        String controller = "127.0.0.1:" + args[2];
        Path properties = dir.resolve("server.properties");
        List<String> lines = new ArrayList<>(List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "controller.quorum.voters=1@" + controller,
            "listeners=PLAINTEXT://" + broker + ",CONTROLLER://" + controller,
            "advertised.listeners=PLAINTEXT://" + broker,
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs=" + dir.resolve("data"),
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=1",
            "group.initial.rebalance.delay.ms=0"));
        Path more = dir.resolve("more.properties");
        if (Files.exists(more)) lines.addAll(Files.readAllLines(more));
        Files.write(properties, lines);
        List<String> format = new ArrayList<>(List.of("format", "-t", Uuid.randomUuid().toString(), "-c", properties.toString()));
        if (args.length > 3) format.addAll(List.of("--add-scram", args[3]));
        int status = kafka.tools.StorageTool.execute(format.toArray(new String[0]), System.out);
        if (status != 0) System.exit(status);
        Thread lease = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (Exception closed) {
                // as good as ended
            }
            tidy(dir);
            Runtime.getRuntime().halt(0);
        }, "lease");
        lease.setDaemon(true);
        lease.start();
        kafka.Kafka.main(new String[] {properties.toString()});
    }

    /** Leaves nothing behind. */
    private static void tidy(Path dir) {
        try (Stream<Path> files = Files.walk(dir)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (Exception gone) {
            // as good as deleted
        }
    }
}
