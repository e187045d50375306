// cores/esp8266/WString.h, as far as sketches and HTTPClient use it.
#pragma once
#include <strings.h>
#include <algorithm>
#include <string>
#include "pgmspace.h"

class String {
 public:
  String() {}
  String(const char *s) : s_(s ? s : "") {}
  String(const __FlashStringHelper *s) : s_(reinterpret_cast<const char *>(s)) {}
  explicit String(int n) : s_(std::to_string(n)) {}
  explicit String(unsigned n) : s_(std::to_string(n)) {}
  explicit String(unsigned long n) : s_(std::to_string(n)) {}

  const char *c_str() const { return s_.c_str(); }
  unsigned length() const { return s_.size(); }
  bool isEmpty() const { return s_.empty(); }
  bool equalsIgnoreCase(const String &o) const { return strcasecmp(c_str(), o.c_str()) == 0; }
  bool startsWith(const String &o) const { return s_.compare(0, o.s_.size(), o.s_) == 0; }
  int indexOf(const String &o, unsigned from = 0) const { return at(s_.find(o.s_, from)); }
  int indexOf(char c, unsigned from = 0) const { return at(s_.find(c, from)); }
  String substring(unsigned from) const { return from < s_.size() ? String(s_.substr(from)) : String(); }
  String substring(unsigned left, unsigned right) const {  // WString.cpp: in either order, and cut at the end
    const size_t from = std::min(left, right), to = std::min<size_t>(std::max(left, right), s_.size());
    return from < to ? String(s_.substr(from, to - from)) : String();
  }
  long toInt() const { return atol(c_str()); }
  bool concat(const char *s, unsigned length) { s_.append(s, length); return true; }
  void clear() { s_.clear(); }
  void trim();
  char operator[](unsigned i) const { return i < s_.size() ? s_[i] : 0; }
  bool operator==(const String &o) const { return s_ == o.s_; }
  bool operator!=(const String &o) const { return s_ != o.s_; }
  template <typename T> String &operator+=(const T &o) { s_ += String(o).s_; return *this; }
  String &operator+=(char c) { s_ += c; return *this; }
  friend String operator+(const String &a, const String &b) { return String(a.s_ + b.s_); }

 private:
  explicit String(const std::string &s) : s_(s) {}
  static int at(size_t i) { return i == std::string::npos ? -1 : static_cast<int>(i); }
  std::string s_;
};

extern const String emptyString;
