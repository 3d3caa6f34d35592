package esnode;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Ends the process when nobody has held a connection for a while: two minutes at the start, three seconds after the last one was closed. */
final class Lease {
    private static final AtomicLong users = new AtomicLong();
    private static volatile long lonelySince = System.nanoTime() + 117_000_000_000L;

    private Lease() {}

    static void watch(ServerSocket server) {
        daemon(() -> {
            while (true) {
                Socket user = server.accept();
                users.incrementAndGet();
                daemon(() -> hold(user));
            }
        });
        daemon(() -> {
            while (users.get() > 0 || System.nanoTime() - lonelySince < 3_000_000_000L) Thread.sleep(200);
            System.exit(0);
        });
    }

    private static void hold(Socket user) throws IOException {
        try (user) {
            while (user.getInputStream().read() >= 0) {}
        } catch (IOException killed) {
            // as good as closed
        } finally {
            lonelySince = System.nanoTime();
            users.decrementAndGet();
        }
    }

    private interface Body {
        void run() throws Exception;
    }

    private static void daemon(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                e.printStackTrace();
                System.exit(1);
            }
        }, "lease");
        thread.setDaemon(true);
        thread.start();
    }
}
