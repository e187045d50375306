// The time from the network.
#pragma once
#include <Arduino.h>
#include <time.h>

namespace clock_ntp {

constexpr time_t PLAUSIBLE = 1700000000;       // November 2023: anything before is an unset clock
constexpr unsigned long GIVE_UP_MS = 30000UL;  // the form is sent without the time after this

// Asks the time servers; the answer comes by itself and is renewed every hour.
static void begin() {
  configTime("UTC0", TIME_SERVER_1, TIME_SERVER_2);
}

// True once the clock shows the real time. Says every half minute that it is waiting.
static bool set() {
  static unsigned long said = 0;
  if (time(nullptr) >= PLAUSIBLE) return true;
  if (millis() - said >= GIVE_UP_MS) {
    said = millis();
    Serial.println(F("Waiting for the time from the network (NTP). If this stays, your network blocks UDP port 123."));
  }
  return false;
}

// True once the clock is set, or when it took too long.
inline bool settledOrGivenUp() {
  return set() || millis() >= GIVE_UP_MS;
}

// Prints the time in UTC as RFC 3339, or nothing while the clock isn't set.
inline void print(Print &out) {
  const time_t now = time(nullptr);
  if (now < PLAUSIBLE) return;
  struct tm utc;
  gmtime_r(&now, &utc);
  char text[24];
  strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  out.print(text);
}

}  // namespace clock_ntp
