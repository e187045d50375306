// The time in other forms than RFC 3339: counted from 1970 on, or in parts, in UTC or where the
// board is. No reading is taken before the clock is set.
#pragma once
#include <Arduino.h>
#include <time.h>

#include "clock.h"
#include "encode.h"

namespace moment {

// Prints the time since 1970 with so many digits beyond the second: 0, 3, 6 or 9. Print and printf
// of older cores cut or garble 64 bits (esp8266/Arduino, issue 5430), so the digits are made here.
inline void epoch(Value &value, uint8_t digits) {
  uint64_t n = static_cast<uint64_t>(clock_ntp::taken.tv_sec) * 1000000 + clock_ntp::taken.tv_usec;
  for (uint8_t i = digits; i < 6; i++) n /= 10;
  for (uint8_t i = 6; i < digits; i++) n *= 10;
  char text[21];
  char *at = text + sizeof(text);
  do {
    *--at = static_cast<char>('0' + n % 10);
    n /= 10;
  } while (n > 0);
  value.write(reinterpret_cast<const uint8_t *>(at), text + sizeof(text) - at);
}

inline void two(Value &value, int n) {
  value.write('0' + n / 10 % 10);
  value.write('0' + n % 10);
}

inline void three(Value &value, const char *names, int n) {
  value.write(reinterpret_cast<const uint8_t *>(names) + 3 * n, 3);
}

// How far local time is ahead of UTC, in minutes.
inline int ahead(const struct tm &local, const struct tm &utc) {
  int days = local.tm_year != utc.tm_year ? local.tm_year - utc.tm_year : local.tm_yday - utc.tm_yday;
  return (days * 24 + local.tm_hour - utc.tm_hour) * 60 + local.tm_min - utc.tm_min;
}

inline void offset(Value &value, int minutes, bool colon) {
  value.write(minutes < 0 ? '-' : '+');
  if (minutes < 0) minutes = -minutes;
  two(value, minutes / 60);
  if (colon) value.write(':');
  two(value, minutes % 60);
}

// Prints the time by a pattern such as %Y-%m-%d, in UTC or in TIME_ZONE (config.h). It knows what
// is the same in every core and language, which is why it isn't strftime.
inline void print(Value &value, PGM_P pattern, bool local) {
  const time_t now = clock_ntp::taken.tv_sec;
  struct tm utc, t;
  gmtime_r(&now, &utc);
  t = utc;
  if (local) localtime_r(&now, &t);
  for (char c; (c = pgm_read_byte(pattern)) != 0; pattern++) {
    if (c != '%') {
      value.write(c);
      continue;
    }
    c = pgm_read_byte(++pattern);
    const bool colon = c == ':';
    if (colon) c = pgm_read_byte(++pattern);
    switch (c) {
      case 'Y': two(value, (t.tm_year + 1900) / 100), two(value, t.tm_year % 100); break;
      case 'y': two(value, t.tm_year % 100); break;
      case 'm': two(value, t.tm_mon + 1); break;
      case 'd': two(value, t.tm_mday); break;
      case 'j': value.write('0' + (t.tm_yday + 1) / 100), two(value, (t.tm_yday + 1) % 100); break;
      case 'H': two(value, t.tm_hour); break;
      case 'I': two(value, (t.tm_hour + 11) % 12 + 1); break;
      case 'M': two(value, t.tm_min); break;
      case 'S': two(value, t.tm_sec); break;
      case 'p': value.write(t.tm_hour < 12 ? 'A' : 'P'), value.write('M'); break;
      case 'u': value.write('0' + (t.tm_wday + 6) % 7 + 1); break;
      case 'w': value.write('0' + t.tm_wday); break;
      case 'a': three(value, "SunMonTueWedThuFriSat", t.tm_wday); break;
      case 'b': three(value, "JanFebMarAprMayJunJulAugSepOctNovDec", t.tm_mon); break;
      case 'z': offset(value, ahead(t, utc), colon); break;
      default: value.write(c);
    }
  }
}

}  // namespace moment
