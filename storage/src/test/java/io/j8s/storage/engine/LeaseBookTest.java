package io.j8s.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.TurnedTimers;
import io.j8s.storage.model.Bytes;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class LeaseBookTest {

    private final TurnedTimers timers = new TurnedTimers();
    private final List<Long> ended = new ArrayList<>();
    private final LeaseBook book = new LeaseBook(timers, Runnable::run, this::end);

    private void end(long id) {
        if (book.isOver(id)) {
            ended.add(id);
            book.remove(id);
        }
    }

    @Test
    void leasesEndInTheirOwnTime() {
        book.add(1, Duration.ofSeconds(30));
        book.add(2, Duration.ofSeconds(10));
        timers.advance(Duration.ofSeconds(9));
        assertThat(ended).isEmpty();
        timers.advance(Duration.ofSeconds(1));
        assertThat(ended).containsExactly(2L);
        timers.advance(Duration.ofSeconds(20));
        assertThat(ended).containsExactly(2L, 1L);
    }

    @Test
    void aKeptAliveLeaseBeginsAnew() {
        book.add(1, Duration.ofSeconds(10));
        timers.advance(Duration.ofSeconds(9));
        assertThat(book.keepAlive(1)).isTrue();
        timers.advance(Duration.ofSeconds(9));
        assertThat(ended).isEmpty();
        timers.advance(Duration.ofSeconds(1));
        assertThat(ended).containsExactly(1L);
        assertThat(book.keepAlive(1)).isFalse();
    }

    @Test
    void keysComeAndGo() {
        book.add(1, Duration.ofSeconds(10));
        book.attach(1, Bytes.of("b"));
        book.attach(1, Bytes.of("a"));
        book.attach(1, Bytes.of("c"));
        book.detach(1, Bytes.of("c"));
        assertThat(book.keys(1)).containsExactly(Bytes.of("a"), Bytes.of("b"));
    }

    @Test
    void anEndThatFailedIsTriedAgain() {
        var tries = new ArrayList<Long>();
        var failing = new LeaseBook(timers, Runnable::run, tries::add);
        failing.add(7, Duration.ofSeconds(1));
        timers.advance(Duration.ofSeconds(1));
        timers.advance(Duration.ofSeconds(1));
        assertThat(tries).containsExactly(7L, 7L);
    }
}
