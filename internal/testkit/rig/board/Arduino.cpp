#include "Arduino.h"
#include "rig.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>
#include <map>
#include <new>

#undef time
#undef gettimeofday

const String emptyString;
EspClass ESP;
HardwareSerial Serial;

// ---- the heap's account -------------------------------------------------

static size_t heapLive, heapHighest;

void *operator new(size_t size) {
  void *p = malloc(size);
  if (!p) abort();
  heapLive += malloc_usable_size(p);
  if (heapLive > heapHighest) heapHighest = heapLive;
  return p;
}
void *operator new(size_t size, const std::nothrow_t &) noexcept {
  return heapLive + size > rig::heapSize() ? nullptr : operator new(size);
}
void operator delete(void *p) noexcept {
  if (p) heapLive -= malloc_usable_size(p);
  free(p);
}
void *operator new[](size_t size) { return operator new(size); }
void operator delete[](void *p) noexcept { operator delete(p); }
void operator delete(void *p, size_t) noexcept { operator delete(p); }
void operator delete[](void *p, size_t) noexcept { operator delete(p); }

namespace rig {

size_t heapUsed() { return heapLive; }
size_t heapPeak() { return heapHighest; }
size_t heapSize() { return number("RIG_HEAP", 50000); }

const char *env(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

long number(const char *name, long otherwise) { return atol(env(name, std::to_string(otherwise).c_str())); }

// ---- the virtual clock ----------------------------------------------------

// No real time is in it, so that a run is the same however slow and busy the computer is.
static uint64_t passed;

static void play(uint64_t until);
static uint64_t frozen;  // what the clock shows while a scripted interrupt runs

uint64_t nowMicros() {
  if (frozen) return frozen;
  play(passed);
  return passed;
}

void skip(uint64_t micros) { passed += micros; }

static int silence;  // real milliseconds waited since something came or went

void spoken() { silence = 0; }

void waited(int millis) {
  static const long speed = number("RIG_SPEED", 0), patience = number("RIG_SILENCE", 0);
  skip(static_cast<uint64_t>(millis) * 1000 * speed);
  silence += millis;
  if (patience > 0 && silence > patience) skip(1000000);
}

void waitReadable(int fd, int millis) {
  pollfd p = {fd, POLLIN, 0};
  if (poll(&p, 1, millis) == 0) waited(millis);
}

static volatile sig_atomic_t stopping;
void stop() { stopping = 1; }
int rounds;

// The stack below main is painted before the run; what lost its colour was used.
constexpr size_t PAINTED = 256 * 1024;
static volatile char *stackTop;

__attribute__((no_sanitize("address", "undefined"), noinline)) static void paint() {
  stackTop = static_cast<volatile char *>(__builtin_frame_address(0)) - 1024;
  for (size_t i = 0; i < PAINTED; i++) stackTop[-static_cast<ptrdiff_t>(i)] = 0x5a;
}

__attribute__((no_sanitize("address", "undefined"), noinline)) static size_t stackUsed() {
  size_t deep = PAINTED;
  while (deep > 0 && stackTop[-static_cast<ptrdiff_t>(deep - 1)] == 0x5a) deep--;
  return deep;
}

}  // namespace rig

unsigned long millis() { return static_cast<uint32_t>(rig::nowMicros() / 1000); }
unsigned long micros() { return static_cast<uint32_t>(rig::nowMicros()); }
uint64_t micros64() { return rig::nowMicros(); }
void yield() {}
void optimistic_yield(uint32_t) {}

// A pause of a few milliseconds waits for the network; a longer one only lets time pass.
void delay(unsigned long ms) {
  if (ms < 5) {
    poll(nullptr, 0, static_cast<int>(ms));
    rig::waited(static_cast<int>(ms));
  } else {
    static const long pace = rig::number("RIG_PACE", 0);
    if (pace > 0) usleep(pace);
    rig::skip(ms * 1000ULL);
  }
}

static bool clockAsked;

void configTime(const char *tz, const char *, const char *, const char *) {
  setenv("TZ", tz, 1);  // core cores/esp8266/time.cpp, configTime
  tzset();
  clockAsked = true;
}

// RIG_TIME stops the clock, once it is set, at so many microseconds.
static int64_t microsecondsNow() {
  static const int64_t start = static_cast<int64_t>(::time(nullptr)) * 1000000;
  if (!clockAsked || strcmp(rig::env("RIG_NTP", "answers"), "never") == 0) return static_cast<int64_t>(millis()) * 1000;
  if (const char *fixed = getenv("RIG_TIME")) return atoll(fixed);
  return start + static_cast<int64_t>(rig::nowMicros());
}

int rigTimeOfDay(struct timeval *out) {
  const int64_t now = microsecondsNow();
  *out = {static_cast<time_t>(now / 1000000), static_cast<suseconds_t>(now % 1000000)};
  return 0;
}

time_t rigTime(time_t *out) {
  const time_t now = microsecondsNow() / 1000000;
  if (out) *out = now;
  return now;
}

// ---- pins -----------------------------------------------------------------

void pinMode(uint8_t pin, uint8_t mode) { fprintf(stderr, "pin %d mode %d\n", pin, mode); }
void digitalWrite(uint8_t pin, uint8_t value) { fprintf(stderr, "pin %d = %d\n", pin, value); }
static std::map<int, int> levels;
int digitalRead(uint8_t pin) {
  const auto level = levels.find(pin);
  return level != levels.end() ? level->second : static_cast<int>(rig::number("RIG_PINS", 0) >> pin & 1);
}
void delayMicroseconds(unsigned us) { rig::skip(us); }

unsigned long pulseIn(uint8_t, uint8_t, unsigned long timeout) {
  const long echo = rig::number("RIG_ECHO", 0);
  return echo > 0 && echo < static_cast<long>(timeout) ? echo : 0;
}

struct Interrupt {
  void (*handler)();
  int mode;
};
static std::map<int, Interrupt> handlers;

void attachInterrupt(uint8_t pin, void (*handler)(), int mode) {
  fprintf(stderr, "pin %d interrupts\n", pin);
  handlers[pin] = {handler, mode};
}

int analogRead(uint8_t) { return static_cast<int>(rig::scripted("a0", rig::number("RIG_A0", 512))); }

namespace rig {

void edge(int pin, int level) {
  if (digitalRead(pin) == level) return;
  levels[pin] = level;
  const auto found = handlers.find(pin);
  if (found != handlers.end() && (found->second.mode == CHANGE || level == LOW)) found->second.handler();
}

static std::map<std::string, double> measured;

double scripted(const char *name, double otherwise) {
  nowMicros();
  const auto found = measured.find(name);
  return found != measured.end() ? found->second : otherwise;
}

// Does what RIG_SCRIPT says up to a time. An interrupt sees its own.
static void play(uint64_t until) {
  static const char *script = env("RIG_SCRIPT", "");
  while (*script) {
    char name[32];
    double at, value;
    int used = 0;
    if (sscanf(script, "%lf:%31[^=]=%lf%n", &at, name, &value, &used) != 3) abort();
    if (at * 1000 > static_cast<double>(until)) return;
    script += used;
    script += strspn(script, " ");
    if (!isdigit(static_cast<unsigned char>(name[0]))) {
      measured[name] = value;
      continue;
    }
    frozen = static_cast<uint64_t>(at * 1000);
    edge(atoi(name), static_cast<int>(value));
    frozen = 0;
  }
}

}  // namespace rig

// ---- the chip -------------------------------------------------------------

uint16_t EspClass::getVcc() { return 3283; }

uint32_t EspClass::getFreeHeap() {
  return static_cast<uint32_t>(rig::heapSize() > heapLive ? rig::heapSize() - heapLive : 0);
}

uint32_t EspClass::random() {
  uint32_t n = 0;
  if (getentropy(&n, sizeof(n)) != 0) abort();
  return n;
}

static std::string rtcFile() { return std::string(rig::env("RIG_FLASH", "/nonexistent")) + "/rtc"; }

// RTC user memory is counted in blocks of four bytes (core Esp.cpp).
bool EspClass::rtcUserMemoryRead(uint32_t offset, uint32_t *data, size_t size) {
  memset(data, 0x5a, size);  // noise, as after power-up
  if (FILE *f = fopen(rtcFile().c_str(), "rb")) {
    fseek(f, offset * 4L, SEEK_SET);
    const size_t n = fread(data, 1, size, f);
    (void)n;
    fclose(f);
  }
  return true;
}

bool EspClass::rtcUserMemoryWrite(uint32_t offset, uint32_t *data, size_t size) {
  uint32_t all[128];
  rtcUserMemoryRead(0, all, sizeof(all));
  memcpy(all + offset, data, size);
  const std::string fresh = rtcFile() + ".new";  // a kill must not tear what takes the chip an instant
  if (FILE *f = fopen(fresh.c_str(), "wb")) {
    fwrite(all, 1, sizeof(all), f);
    fclose(f);
    rename(fresh.c_str(), rtcFile().c_str());
  }
  return true;
}

void EspClass::deepSleep(uint64_t us, RFMode mode) {
  fprintf(stderr, "deep sleep %llu us%s\n", static_cast<unsigned long long>(us), mode == RF_DISABLED ? ", then no radio" : "");
  rig::stop();
}

void EspClass::restart() { _exit(75); }

// ---- the serial port --------------------------------------------------------

size_t HardwareSerial::write(uint8_t c) { return putchar(c) == EOF ? 0 : 1; }
size_t HardwareSerial::write(const uint8_t *bytes, size_t size) { return fwrite(bytes, 1, size, stdout); }
void HardwareSerial::flush() { fflush(stdout); }

// ---- the run ----------------------------------------------------------------

int main() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, [](int) { rig::stop(); });
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const long loops = rig::number("RIG_LOOPS", 0), end = rig::number("RIG_MILLIS", 0);
  uint64_t longest = 0;
  rig::paint();
  setup();
  while (!rig::stopping && (loops == 0 || rig::rounds < loops) && (end == 0 || static_cast<long>(rig::nowMicros() / 1000) < end)) {
    const uint64_t begun = rig::nowMicros();
    loop();
    const uint64_t held = rig::nowMicros() - begun;
    if (held > longest && held > 1000000) fprintf(stderr, "loop held %lu ms\n", static_cast<unsigned long>(held / 1000));
    longest = std::max(longest, held);
    rig::rounds++;
  }
  fflush(stdout);
  fprintf(stderr, "heap peak %zu\nheap now %zu\nrounds %d\nstack peak %zu\nlongest loop %lu ms\nflash erases %lu\n", rig::heapPeak(), rig::heapUsed(),
          rig::rounds, rig::stackUsed(), static_cast<unsigned long>(longest / 1000), rig::flashErases());
  return 0;
}
