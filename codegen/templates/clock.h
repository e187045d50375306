// The time from the network.
#pragma once
#include <Arduino.h>
#include <sys/time.h>
#include <time.h>

namespace clock_ntp {

constexpr time_t PLAUSIBLE = 1700000000;  // November 2023: anything before is an unset clock
static unsigned long asked = 0;           // when the time servers were asked first

// Asks the time servers; the answer comes by itself and is renewed every hour.
static void begin() {
  configTime(TIME_ZONE, TIME_SERVER_1, TIME_SERVER_2);
  if (asked == 0) asked = millis() | 1;
}

inline bool known() { return time(nullptr) >= PLAUSIBLE; }

// True once the clock shows the real time. Says every half minute that it is waiting.
static bool set() {
  static unsigned long said = 0;
  if (known()) return true;
  if (millis() - said >= 30000) {
    said = millis();
    Serial.println(F("Waiting for the time from the network (NTP). If this stays, your network blocks UDP port 123."));
  }
  return false;
}

// True while the servers were asked and may still answer.
inline bool underWay() { return asked != 0 && millis() - asked < NETWORK_MS && !set(); }

// True once the clock is set, or when it took too long since the start.
inline bool settledOrGivenUp() { return set() || millis() >= NETWORK_MS; }

// When the reading under way was taken: 0 if its form has the real time, else the seconds since
// the start that stand in for it.
static uint32_t stamped = 0;
static struct timeval taken = {};  // and by the clock
inline void beginReading() {
  stamped = known() ? 0 : static_cast<uint32_t>(millis() / 1000) + 1;
  gettimeofday(&taken, nullptr);
}
inline uint32_t stamp() { return stamped; }

constexpr size_t TEXT_SIZE = 21;

inline void format(char *text, time_t when) {
  struct tm utc;
  gmtime_r(&when, &utc);
  strftime(text, TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

// Prints the time in UTC as RFC 3339. Before the clock is set it is counted from 1970 on, which
// fillIn puts right.
inline void print(Print &out) {
  char text[TEXT_SIZE];
  format(text, stamped ? static_cast<time_t>(stamped) : taken.tv_sec);
  out.print(text);
}

// Puts one text of the same length in the place of another, wherever it stands.
inline void replace(uint8_t *bytes, size_t size, const char *from, const char *to) {
  const size_t length = strlen(from);
  for (size_t i = 0; i + length <= size; i++) {
    if (memcmp(bytes + i, from, length) == 0) memcpy(bytes + i, to, length);
  }
}

// Writes text as it stands in a form: each colon as %3A.
inline void percent(char *out, const char *text) {
  for (; *text; text++) {
    if (*text == ':') {
      memcpy(out, "%3A", 3);
      out += 3;
    } else {
      *out++ = *text;
    }
  }
  *out = 0;
}

// Puts the real time into a reading that was taken since the start, before the clock was set.
inline void fillIn(uint8_t *bytes, size_t size, uint32_t taken) {
  if (!known()) return;
  char from[TEXT_SIZE], to[TEXT_SIZE], fromForm[TEXT_SIZE + 4], toForm[TEXT_SIZE + 4];
  format(from, static_cast<time_t>(taken));
  format(to, time(nullptr) - static_cast<time_t>(millis() / 1000) - 1 + static_cast<time_t>(taken));
  percent(fromForm, from);
  percent(toForm, to);
  replace(bytes, size, from, to);
  replace(bytes, size, fromForm, toForm);
}

}  // namespace clock_ntp
