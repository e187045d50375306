#include "Arduino.h"

void String::trim() {
  const char *space = " \t\r\n\f\v";
  s_.erase(0, s_.find_first_not_of(space));
  s_.erase(s_.find_last_not_of(space) + 1);
}

size_t Print::write(const uint8_t *bytes, size_t size) {
  size_t n = 0;
  while (n < size && write(bytes[n])) n++;
  return n;
}

static size_t format(Print &out, const char *format, va_list args) {
  char text[512];
  const int n = vsnprintf(text, sizeof(text), format, args);
  return n < 0 ? 0 : out.write(text, std::min<size_t>(n, sizeof(text) - 1));
}

size_t Print::printf(const char *f, ...) {
  va_list args;
  va_start(args, f);
  const size_t n = format(*this, f, args);
  va_end(args);
  return n;
}

size_t Print::printf_P(PGM_P f, ...) {
  va_list args;
  va_start(args, f);
  const size_t n = format(*this, f, args);
  va_end(args);
  return n;
}

size_t Print::print(long n) { return printf("%ld", n); }
size_t Print::print(unsigned long n) { return printf("%lu", n); }
size_t Print::print(long long n) { return printf("%lld", n); }
size_t Print::print(unsigned long long n) { return printf("%llu", n); }
size_t Print::print(double n, int digits) { return printf("%.*f", digits, n); }

// core Stream.cpp, timedRead: the next character, or -1 when none comes in time.
int Stream::timedRead() {
  const unsigned long start = millis();
  do {
    const int c = read();
    if (c >= 0) return c;
    if (_timeout == 0) return -1;
    waitForData();
  } while (millis() - start < _timeout);
  return -1;
}

// core Stream.cpp, readStringUntil: the time limit is one for each character, not for the line.
String Stream::readStringUntil(char end) {
  String line;
  for (int c = timedRead(); c >= 0 && c != end; c = timedRead()) line += static_cast<char>(c);
  return line;
}
