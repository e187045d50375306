// cores/esp8266/Print.h and Stream.h.
#pragma once
#include <cstdint>
#include "WString.h"

class Print;

class Printable {
 public:
  virtual ~Printable() {}
  virtual size_t printTo(Print &p) const = 0;
};

class Print {
 public:
  virtual ~Print() {}
  virtual size_t write(uint8_t) = 0;
  virtual size_t write(const uint8_t *bytes, size_t size);
  size_t write(const char *s) { return write(reinterpret_cast<const uint8_t *>(s), strlen(s)); }
  size_t write(const char *bytes, size_t size) { return write(reinterpret_cast<const uint8_t *>(bytes), size); }
  size_t write(int c) { return write(static_cast<uint8_t>(c)); }
  size_t write(char c) { return write(static_cast<uint8_t>(c)); }
  virtual void flush() {}

  size_t printf(const char *format, ...) __attribute__((format(printf, 2, 3)));
  size_t printf_P(PGM_P format, ...) __attribute__((format(printf, 2, 3)));
  size_t print(const __FlashStringHelper *s) { return write(reinterpret_cast<const char *>(s)); }
  size_t print(const String &s) { return write(s.c_str(), s.length()); }
  size_t print(const char s[]) { return write(s); }
  size_t print(char c) { return write(c); }
  size_t print(unsigned char n) { return print(static_cast<unsigned long>(n)); }
  size_t print(int n) { return print(static_cast<long>(n)); }
  size_t print(unsigned n) { return print(static_cast<unsigned long>(n)); }
  size_t print(long n);
  size_t print(unsigned long n);
  size_t print(long long n);
  size_t print(unsigned long long n);
  size_t print(double n, int digits = 2);
  size_t print(const Printable &p) { return p.printTo(*this); }
  size_t println() { return write("\r\n"); }
  template <typename T> size_t println(const T &v) { return print(v) + println(); }
};

class Stream : public Print {
 public:
  virtual int available() = 0;
  virtual int read() = 0;
  virtual int peek() = 0;
  void setTimeout(unsigned long ms) { _timeout = ms; }
  unsigned long getTimeout() const { return _timeout; }
  String readStringUntil(char end);

 protected:
  virtual void waitForData() = 0;
  int timedRead();
  unsigned long _timeout = 1000;
};
