// Sends ready-made HTTP/1.1 requests to a server on this machine and tells what came back.
//
//   sender --corpus FILE --size BYTES --port N [--connections 64] [--seconds 6] [--warmup 2]
//          [--rate N] [--first N] [--wrap] [--drain 10]
//
// FILE holds whole requests one behind the other, each of that size. Closed loop: a connection sends
// its next request when it has its answer.
// With --rate, open loop: request k is due at start + k / rate, whether or not a connection is free
// then, and its latency counts from that moment, so a server that stalls cannot hide it.
// Each request is sent at most once; --wrap begins anew at the end, for servers that keep nothing.
//
// SIGTERM ends the time early. Prints "begin" when the warm-up is over, "end" when the time is, and then one line of JSON.
// One thread, and nothing allocated while it runs: it shares the machine with what it measures.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_LINKS = 4096, ANSWER_BYTES = 16384, MAX_STATUS = 600, SUB = 64, SUB_BITS = 6 };
enum { BUCKETS = (64 - SUB_BITS + 1) * SUB, MAX_FAILED_CONNECTS = 200, EVENTS = 256 };

typedef int64_t nanoseconds;
static const nanoseconds SECOND = 1000000000;

// Where the answer's next byte belongs.
enum part { HEAD, LENGTH, CHUNK_SIZE, CHUNK_DATA, TRAILER, UNTIL_CLOSE };

struct link {
    int fd;                  // -1: not connected
    bool busy;               // a request is under way
    bool closing;            // the answer said Connection: close
    bool wants_out;          // epoll tells when more can be written
    const char *out;         // what is left of the request
    size_t out_left;
    nanoseconds due;         // when the request was planned to start
    enum part part;
    int status;
    uint64_t left;           // bytes of the body or chunk that are still to come
    size_t have;             // bytes in `in`
    char in[ANSWER_BYTES];
};

static struct {
    const char *corpus;
    size_t size;
    int port, connections;
    double seconds, warmup, rate, drain;
    uint64_t first;
    bool wrap;
} options = {.connections = 64, .seconds = 6, .warmup = 2, .drain = 10};

static struct {
    const char *bytes;
    uint64_t count, next;
} corpus;

static struct {
    uint64_t sent, answered, acked, errors, unanswered, reconnects, malformed, late;
    uint64_t by_status[MAX_STATUS];
    uint64_t window_answers, measured, bucket[BUCKETS];
    nanoseconds slowest, last_answer;
    bool exhausted;
} result;

static struct link links[MAX_LINKS];
static struct link *idle[MAX_LINKS];     // a ring: the one that rested longest goes first
static size_t idle_first, idle_count;
static int poller, busy_count, failed_connects;
static nanoseconds start, window_begin, window_end;
static volatile sig_atomic_t is_told_to_end;
static uint64_t planned;                 // requests started so far, in open loop

static void die(const char *what) {
    perror(what);
    exit(2);
}

static nanoseconds now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

// Buckets as in an HDR histogram: 64 to each power of two, so a figure is at most 1.6 % off.
static size_t bucket_of(uint64_t value) {
    if (value < SUB) return value;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(value);
    return (exponent - SUB_BITS + 1) * SUB + ((value >> (exponent - SUB_BITS)) & (SUB - 1));
}

static double bucket_middle(size_t index) {
    if (index < SUB) return (double)index;
    unsigned shift = (unsigned)(index / SUB) - 1;
    return (double)((SUB + index % SUB) << shift) + (double)(1ull << shift) / 2;
}

static double percentile(double share) {
    uint64_t wanted = (uint64_t)(share * (double)result.measured), seen = 0;
    for (size_t index = 0; index < BUCKETS; index++) {
        seen += result.bucket[index];
        if (seen > wanted && bucket_middle(index) < (double)result.slowest)
            return bucket_middle(index) / 1000;
    }
    return (double)result.slowest / 1000;
}

// Connecting blocks: on loopback it is done at once, as long as the server's backlog has room.
static bool connect_link(struct link *link) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    struct timeval patience = {.tv_sec = 5};
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0) die("socket");
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(link->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(link->fd);
        link->fd = -1;
        result.errors++;
        if (++failed_connects >= MAX_FAILED_CONNECTS) die("the server takes no connections");
        return false;
    }
    failed_connects = 0;
    if (fcntl(link->fd, F_SETFL, O_NONBLOCK) != 0) die("fcntl");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, link->fd, &event) != 0) die("epoll_ctl");
    link->closing = link->wants_out = false;
    link->have = 0;
    return true;
}

static void disconnect(struct link *link) {
    if (link->fd >= 0) close(link->fd);
    link->fd = -1;
}

static void rest(struct link *link) {
    if (link->busy) busy_count--;
    link->busy = false;
    idle[(idle_first + idle_count++) % MAX_LINKS] = link;
}

// The connection broke with a request under way: that request gets no answer and is not repeated.
static void lose(struct link *link) {
    disconnect(link);
    if (!link->busy) return;
    result.errors++;
    result.unanswered++;
    rest(link);
}

static void watch_out(struct link *link, bool wants) {
    if (link->wants_out == wants) return;
    struct epoll_event event = {.events = EPOLLIN | (wants ? EPOLLOUT : 0u), .data.ptr = link};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, link->fd, &event) != 0) die("epoll_ctl");
    link->wants_out = wants;
}

static void push_out(struct link *link) {
    while (link->out_left > 0) {
        ssize_t done = send(link->fd, link->out, link->out_left, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 && errno == EAGAIN) return watch_out(link, true);
        if (done < 0) return lose(link);
        link->out += done;
        link->out_left -= (size_t)done;
    }
    watch_out(link, false);
}

// Takes the next request of the corpus; false when there is none left.
static bool begin_request(struct link *link, nanoseconds due) {
    if (corpus.next == corpus.count) {
        result.exhausted = !options.wrap;
        if (!options.wrap) return false;
        corpus.next = 0;
    }
    if (link->fd < 0 && !connect_link(link)) {
        rest(link);
        return true;
    }
    uint64_t number = corpus.next++;
    link->out = corpus.bytes + number * options.size;
    link->out_left = options.size;
    link->due = due;
    link->part = HEAD;
    link->busy = true;
    busy_count++;
    result.sent++;
    push_out(link);
    return true;
}

// Starts what is to be started now.
static void begin_requests(nanoseconds time) {
    while (idle_count > 0 && !result.exhausted) {
        nanoseconds due = now();
        if (options.rate > 0) {
            due = start + (nanoseconds)((double)planned * 1e9 / options.rate);
            if (due > time || due >= window_end) return;
        }
        struct link *link = idle[idle_first];
        idle_first = (idle_first + 1) % MAX_LINKS;
        idle_count--;
        if (!begin_request(link, due)) return rest(link);
        planned++;
        // Nothing listens there for the moment: the main loop tries again after its pause.
        if (link->fd < 0) return;
    }
}

static void finish_answer(struct link *link) {
    nanoseconds time = now();
    result.answered++;
    result.last_answer = time;
    result.by_status[link->status]++;
    if (link->status / 100 == 2) result.acked++;
    if (time >= window_begin && time < window_end) result.window_answers++;
    if (link->due >= window_begin && link->due < window_end) {
        nanoseconds taken = time - link->due;
        result.bucket[bucket_of((uint64_t)taken)]++;
        result.measured++;
        if (taken > result.slowest) result.slowest = taken;
    }
    if (link->closing) {
        disconnect(link);
        result.reconnects++;
    }
    rest(link);
}

static bool names(const char *line, const char *name) {
    return strncasecmp(line, name, strlen(name)) == 0;
}

// Reads the header lines of an answer; false if it is none of HTTP/1.
static bool read_head(struct link *link, char *end) {
    *end = '\0';
    if (strncmp(link->in, "HTTP/1.", 7) != 0) return false;
    link->status = atoi(link->in + 9);
    if (link->status < 100 || link->status >= MAX_STATUS) return false;
    link->closing = link->in[7] == '0';
    link->part = UNTIL_CLOSE;
    for (char *line = strstr(link->in, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (names(line, "content-length:")) {
            link->part = LENGTH;
            link->left = strtoull(line + 15, NULL, 10);
        } else if (names(line, "transfer-encoding: chunked")) {
            link->part = CHUNK_SIZE;
        } else if (names(line, "connection: close")) {
            link->closing = true;
        } else if (names(line, "connection: keep-alive")) {
            link->closing = false;
        }
    }
    if (link->status == 204 || link->status == 304) {
        link->part = LENGTH;
        link->left = 0;
    }
    if (link->status < 200) link->part = HEAD;
    return true;
}

enum progress { NEEDS_MORE, DONE, BROKEN };

// Takes one piece of the answer off the front of what was received.
static enum progress take(struct link *link, size_t *used) {
    char *at = link->in + *used, *end;
    size_t there = link->have - *used, part;
    switch (link->part) {
    case HEAD:
        end = memmem(at, there, "\r\n\r\n", 4);
        if (end == NULL) return there == ANSWER_BYTES ? BROKEN : NEEDS_MORE;
        *used += (size_t)(end - at) + 4;
        memmove(link->in, at, (size_t)(end - at));
        if (!read_head(link, link->in + (end - at))) return BROKEN;
        return link->part == LENGTH && link->left == 0 ? DONE : NEEDS_MORE;
    case LENGTH:
    case CHUNK_DATA:
        part = there < link->left ? there : link->left;
        *used += part;
        link->left -= part;
        if (link->left > 0) return NEEDS_MORE;
        if (link->part == LENGTH) return DONE;
        link->part = CHUNK_SIZE;
        return NEEDS_MORE;
    case CHUNK_SIZE:
    case TRAILER:
        end = memmem(at, there, "\r\n", 2);
        if (end == NULL) return there == ANSWER_BYTES ? BROKEN : NEEDS_MORE;
        *used += (size_t)(end - at) + 2;
        if (link->part == TRAILER) return end == at ? DONE : NEEDS_MORE;
        link->left = strtoull(at, NULL, 16);
        link->part = link->left == 0 ? TRAILER : CHUNK_DATA;
        link->left += link->left > 0 ? 2 : 0;
        return NEEDS_MORE;
    case UNTIL_CLOSE:
        *used = link->have;
        return NEEDS_MORE;
    }
    return BROKEN;
}

// Goes on with the answer as far as what was received reaches.
static void read_answer(struct link *link) {
    size_t used = 0, before;
    enum progress progress;
    do {
        before = used;
        progress = take(link, &used);
    } while (progress == NEEDS_MORE && used > before && used < link->have);
    link->have -= used;
    memmove(link->in, link->in + used, link->have);
    if (progress == DONE) return finish_answer(link);
    if (progress == NEEDS_MORE && link->have < ANSWER_BYTES) return;
    result.malformed++;
    lose(link);
}

static void pull_in(struct link *link) {
    ssize_t got = recv(link->fd, link->in + link->have, ANSWER_BYTES - link->have, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got == 0 && link->busy && link->part == UNTIL_CLOSE) {
        link->closing = true;
        return finish_answer(link);
    }
    if (got <= 0 || !link->busy) return lose(link);
    link->have += (size_t)got;
    read_answer(link);
}

static void handle(const struct epoll_event *event) {
    struct link *link = event->data.ptr;
    if (link->fd < 0) return;
    if (event->events & EPOLLOUT) push_out(link);
    if (link->fd >= 0 && event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pull_in(link);
}

// How long to sleep: until the next request is due, or a mark of the run is reached.
static struct timespec pause_length(nanoseconds time, nanoseconds until) {
    if (options.rate > 0 && idle_count > 0 && time < window_end) {
        nanoseconds due = start + (nanoseconds)((double)planned * 1e9 / options.rate);
        if (due < until) until = due;
    }
    nanoseconds left = until > time ? until - time : 0;
    // Links that could not connect are tried again soon.
    if (failed_connects > 0 && left > SECOND / 50) left = SECOND / 50;
    return (struct timespec){.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
}

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

static void run(void) {
    struct epoll_event events[EVENTS];
    nanoseconds patience = (nanoseconds)(options.drain * 1e9);
    bool has_begun = false, has_ended = false;
    for (nanoseconds time = now(); time < window_end + patience; time = now()) {
        if (is_told_to_end && time < window_end) window_end = time;
        if (!has_begun && time >= window_begin) say("begin"), has_begun = true;
        if (!has_ended && time >= window_end) say("end"), has_ended = true;
        if (!has_ended) begin_requests(time);
        if (busy_count == 0 && (has_ended || result.exhausted)) break;
        struct timespec pause = pause_length(
            time, !has_begun ? window_begin : window_end + (has_ended ? patience : 0));
        int count = epoll_pwait2(poller, events, EVENTS, &pause, NULL);
        if (count < 0 && errno != EINTR) die("epoll_pwait2");
        for (int index = 0; index < count; index++) handle(&events[index]);
    }
    if (!has_begun) say("begin");
    if (!has_ended) say("end");
    result.unanswered += (uint64_t)busy_count;
    if (options.rate > 0 && !result.exhausted) {
        double due = options.rate * (double)(window_end - start) / 1e9;
        if (due > (double)planned) result.late = (uint64_t)due - planned;
    }
}

static void print_result(void) {
    nanoseconds end = result.exhausted && result.last_answer < window_end ? result.last_answer
                                                                          : window_end;
    double span = end > window_begin ? (double)(end - window_begin) / 1e9 : 0;
    printf("{\"mode\":\"%s\",\"connections\":%d,\"rate\":%g,", options.rate > 0 ? "open" : "closed",
           options.connections, options.rate);
    printf("\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"acked\":%" PRIu64 ",\"statuses\":{",
           result.sent, result.answered, result.acked);
    const char *comma = "";
    for (int status = 0; status < MAX_STATUS; status++) {
        if (result.by_status[status] == 0) continue;
        printf("%s\"%d\":%" PRIu64, comma, status, result.by_status[status]);
        comma = ",";
    }
    printf("},\"seconds\":%.3f,\"window_answers\":%" PRIu64 ",\"per_second\":%.1f,", span,
           result.window_answers, span > 0 ? (double)result.window_answers / span : 0);
    printf("\"total_seconds\":%.3f,\"latency_us\":{\"count\":%" PRIu64 ",\"p50\":%.1f,\"p90\":%.1f,",
           (double)(result.last_answer - start) / 1e9, result.measured, percentile(0.5),
           percentile(0.9));
    printf("\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f},", percentile(0.99), percentile(0.999),
           (double)result.slowest / 1000);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("\"sender_cpu_seconds\":%.3f,", (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec)
           + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    printf("\"errors\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",\"malformed\":%" PRIu64
           ",\"reconnects\":%" PRIu64 ",\"late\":%" PRIu64 ",\"exhausted\":%s,\"next\":%" PRIu64 "}\n",
           result.errors, result.unanswered, result.malformed, result.reconnects, result.late,
           result.exhausted ? "true" : "false", corpus.next);
}

static void end_early(int signal) {
    (void)signal;
    is_told_to_end = 1;
}

static void open_corpus(void) {
    struct stat facts;
    int fd = open(options.corpus, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts) != 0) die(options.corpus);
    corpus.count = (uint64_t)facts.st_size / options.size;
    if (corpus.count == 0) die("a corpus of at least one request");
    // Populated beforehand, or the first pass would measure page faults.
    corpus.bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (corpus.bytes == MAP_FAILED) die(options.corpus);
    close(fd);
    corpus.next = options.first < corpus.count ? options.first : corpus.count;
}

static void read_options(int count, char **words) {
    static const struct option known[] = {
        {"corpus", 1, 0, 'c'}, {"size", 1, 0, 'z'}, {"port", 1, 0, 'p'},
        {"connections", 1, 0, 'n'}, {"seconds", 1, 0, 's'}, {"warmup", 1, 0, 'w'},
        {"rate", 1, 0, 'r'}, {"first", 1, 0, 'f'}, {"drain", 1, 0, 'd'}, {"wrap", 0, 0, 'W'}, {0}};
    for (int letter; (letter = getopt_long(count, words, "", known, NULL)) != -1;) {
        switch (letter) {
        case 'c': options.corpus = optarg; break;
        case 'z': options.size = strtoull(optarg, NULL, 10); break;
        case 'p': options.port = atoi(optarg); break;
        case 'n': options.connections = atoi(optarg); break;
        case 's': options.seconds = atof(optarg); break;
        case 'w': options.warmup = atof(optarg); break;
        case 'r': options.rate = atof(optarg); break;
        case 'f': options.first = strtoull(optarg, NULL, 10); break;
        case 'd': options.drain = atof(optarg); break;
        case 'W': options.wrap = true; break;
        default: exit(64);
        }
    }
    if (!options.corpus || options.size == 0 || options.port <= 0 || options.connections < 1
        || options.connections > MAX_LINKS || options.seconds <= 0 || options.warmup < 0
        || options.seconds > 3600 || options.rate < 0) {
        fprintf(stderr, "sender: see the head of sender.c for the options\n");
        exit(64);
    }
}

int main(int count, char **words) {
    read_options(count, words);
    open_corpus();
    signal(SIGTERM, end_early);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    for (int number = 0; number < options.connections; number++) {
        struct link *link = &links[number];
        link->fd = -1;
        if (!connect_link(link)) die("connect");
        rest(link);
    }
    start = now();
    window_begin = start + (nanoseconds)(options.warmup * 1e9);
    window_end = window_begin + (nanoseconds)(options.seconds * 1e9);
    result.last_answer = start;
    run();
    print_result();
    return 0;
}
