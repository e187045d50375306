// What is sent, put together piece by piece, each encoded as its place needs.
#pragma once
#include <Arduino.h>

// A piece of text in flash, with its length: it may hold any byte, even NUL.
struct Text {
  PGM_P bytes;
  size_t size;
};

// TEXT("...") puts a literal into flash.
#define TEXT(literal) (__extension__({ static const char text_[] PROGMEM = literal; Text{text_, sizeof(text_) - 1}; }))

// What one source has to say: a number, a text, true or false, or that it has no value
// now. It has room for 64 bytes.
class Value : public Print {
 public:
  static constexpr size_t MAX = 64;

  void number(double x, int decimals = 2) {
    if (isnan(x) || isinf(x)) return none();
    print(x, decimals);
  }
  void number(int x) { print(x); }
  void number(unsigned x) { print(x); }
  void number(long x) { print(x); }
  void number(unsigned long x) { print(x); }
  void text(const char *s) { print(s); }
  void text(const String &s) { print(s); }
  void flag(bool on) { print(on ? F("true") : F("false")); }
  void none() {
    size_ = 0;
    none_ = true;
  }

  size_t write(uint8_t byte) override {
    if (size_ == MAX) {
      cut_ = true;
      return 0;
    }
    bytes_[size_++] = byte;
    return 1;
  }
  using Print::write;

  void clear() {
    size_ = 0;
    none_ = cut_ = false;
  }
  size_t size() const { return size_; }
  uint8_t operator[](size_t i) const { return bytes_[i]; }
  bool isNone() const { return none_; }
  bool isCut() const { return cut_; }
  bool is(const char *s) const { return size_ == strlen(s) && memcmp(bytes_, s, size_) == 0; }
  bool isFlag() const { return is("true") || is("false"); }

  // True for what print makes of a number that is none.
  bool isNan() const { return is("nan") || is("-nan") || is("inf") || is("-inf"); }

  // True for a number as JSON writes it (RFC 8259, section 6).
  bool isNumber() const {
    size_t i = 0;
    if (at(i) == '-') i++;
    if (at(i) == '0') {
      i++;
    } else if (!digits(i)) {
      return false;
    }
    if (at(i) == '.' && !digits(++i)) return false;
    if (at(i) == 'e' || at(i) == 'E') {
      i++;
      if (at(i) == '+' || at(i) == '-') i++;
      if (!digits(i)) return false;
    }
    return i == size_;
  }

 private:
  int at(size_t i) const { return i < size_ ? bytes_[i] : -1; }
  bool digits(size_t &i) const {
    const size_t from = i;
    while (at(i) >= '0' && at(i) <= '9') i++;
    return i > from;
  }

  uint8_t bytes_[MAX];
  size_t size_ = 0;
  bool none_ = false;
  bool cut_ = false;
};

// Bytes to encode, in flash or in RAM, behind one interface; and what a format within the body,
// such as CSV, makes of them before.
class Bytes {
 public:
  enum Escape { None, Csv, Json, Line, Tag };

  Bytes(const Text &text, Escape escape = None) : text_(&text), value_(nullptr), escape_(escape) { measure(); }
  Bytes(const Value &value, Escape escape = None) : text_(nullptr), value_(&value), escape_(escape) { measure(); }
  size_t size() const { return size_; }
  uint8_t operator[](size_t i) const {
    if (escape_ == None) return raw(i);
    uint8_t made[6];
    for (size_t at = 0;; at++) {  // values are short
      const size_t n = escaped(raw(at), made);
      if (i < n) return made[i];
      i -= n;
    }
  }

 private:
  uint8_t raw(size_t i) const { return text_ ? pgm_read_byte(text_->bytes + i) : (*value_)[i]; }

  void measure() {
    const size_t count = text_ ? text_->size : value_->size();
    size_ = count;
    uint8_t made[6];
    for (size_t i = 0; escape_ != None && i < count; i++) size_ += escaped(raw(i), made) - 1;
  }

  // Writes what becomes of a byte, and returns how many that are.
  size_t escaped(uint8_t c, uint8_t *made) const {
    const bool quoted = c == '"' || c == '\\';
    if ((escape_ == Csv && c == '"') || ((escape_ == Line || escape_ == Json) && quoted) || (escape_ == Tag && (c == ',' || c == ' ' || c == '='))) {
      made[0] = escape_ == Csv ? '"' : '\\';
      made[1] = c;
      return 2;
    }
    if (escape_ == Json && c < ' ') return control(c, made);
    made[0] = escape_ == Tag && (c == '\n' || c == '\r') ? ' ' : c;
    return 1;
  }

  // Writes a control character as JSON does.
  static size_t control(uint8_t c, uint8_t *made) {
    static const char KNOWN[] = "\bb\tt\nn\ff\rr";
    made[0] = '\\';
    for (const char *k = KNOWN; *k; k += 2) {
      if (static_cast<uint8_t>(*k) == c) return made[1] = k[1], 2;
    }
    made[1] = 'u', made[2] = made[3] = '0';
    made[4] = '0' + (c >> 4), made[5] = (c & 15) < 10 ? '0' + (c & 15) : 'A' + (c & 15) - 10;
    return 6;
  }

  size_t size_;
  const Text *text_;
  const Value *value_;
  const Escape escape_;
};

// One reading as it is sent. It has a fixed place in memory, so that nothing is allocated in
// the loop. Where the path or a header differs from reading to reading, they stand in front, a
// line each, and the body behind them.
template <size_t CAPACITY>
class Form {
 public:
  void clear() {
    size_ = 0;
    overflowed_ = skipped_ = false;
  }
  const uint8_t *bytes() const { return bytes_; }
  uint8_t *room() { return bytes_; }  // for loading CAPACITY bytes at most; call loaded afterwards
  void loaded(size_t size) { size_ = size; }
  size_t size() const { return size_; }
  static constexpr size_t capacity() { return CAPACITY; }
  bool overflowed() const { return overflowed_; }
  void skip() { skipped_ = true; }  // a value is missing without which nothing is sent
  bool skipped() const { return skipped_; }

  // Takes the sign between two fields away where no further field came.
  void close(char sign) {
    if (size_ > 0 && bytes_[size_ - 1] == sign) size_--;
  }

  // What is the same each time, encoded already.
  void text(const Text &text) {
    for (size_t i = 0; i < text.size; i++) add(pgm_read_byte(text.bytes + i));
  }

  // Bytes that are encoded already.
  void raw(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) add(bytes[i]);
  }

  // A value as it is.
  void plain(const Bytes &value) {
    for (size_t i = 0; i < value.size(); i++) add(value[i]);
  }

  // A value in a header: as it is, but it stays on its line (RFC 9110, section 5.5).
  void header(const Bytes &value) {
    for (size_t i = 0; i < value.size(); i++) add((value[i] < ' ' && value[i] != '\t') || value[i] == 0x7F ? ' ' : value[i]);
  }

  // A value in application/x-www-form-urlencoded (WHATWG URL, section 5).
  void form(const Bytes &value) {
    for (size_t i = 0; i < value.size(); i++) {
      const uint8_t c = value[i];
      if (unreserved(c) || c == '*') {
        add(c);
      } else if (c == ' ') {
        add('+');
      } else {
        percent(c);
      }
    }
  }

  // A value in a path (RFC 3986, section 2.3).
  void path(const Bytes &value) {
    for (size_t i = 0; i < value.size(); i++) {
      if (unreserved(value[i]) || value[i] == '~') {
        add(value[i]);
      } else {
        percent(value[i]);
      }
    }
  }

  // A value as a JSON string (RFC 8259, section 7).
  void json(const Bytes &value) {
    add('"');
    inside(value);
    add('"');
  }

  // A value within a JSON string.
  void inside(const Bytes &value) {
    for (size_t i = 0; i < value.size();) {
      if (const size_t length = utf8Length(value, i)) {
        for (size_t end = i + length; i < end; i++) character(value[i]);
      } else {  // JSON is UTF-8: any other byte becomes U+FFFD
        add(0xEF), add(0xBF), add(0xBD);
        i++;
      }
    }
  }

  // Ends a line of path or header.
  void endLine() { add('\n'); }

  // Returns the line that begins at, and goes on to the next.
  String line(size_t &at) const {
    const size_t from = at;
    while (at < size_ && bytes_[at] != '\n') at++;
    String text;
    text.concat(reinterpret_cast<const char *>(bytes_ + from), at - from);
    if (at < size_) at++;
    return text;
  }

 private:
  void add(uint8_t byte) {
    if (size_ < CAPACITY) {
      bytes_[size_++] = byte;
    } else {
      overflowed_ = true;
    }
  }

  static uint8_t hexDigit(uint8_t n) { return n < 10 ? '0' + n : 'A' + n - 10; }

  void percent(uint8_t c) {
    add('%'), add(hexDigit(c >> 4)), add(hexDigit(c & 15));
  }

  static bool unreserved(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  }

  void character(uint8_t c) {
    switch (c) {
      case '"': case '\\': add('\\'), add(c); return;
      case '\b': add('\\'), add('b'); return;
      case '\t': add('\\'), add('t'); return;
      case '\n': add('\\'), add('n'); return;
      case '\f': add('\\'), add('f'); return;
      case '\r': add('\\'), add('r'); return;
    }
    if (c >= ' ') {
      add(c);
      return;
    }
    add('\\'), add('u'), add('0'), add('0');
    add(hexDigit(c >> 4)), add(hexDigit(c & 15));
  }

  // The length of the UTF-8 sequence that begins at i, or 0 if there is none: overlong forms,
  // surrogates and what is cut short don't count (RFC 3629, section 4).
  static size_t utf8Length(const Bytes &text, size_t i) {
    const uint8_t first = text[i];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (text.size() - i < length) return 0;
    for (size_t k = 1; k < length; k++) {
      if ((text[i + k] & 0xC0) != 0x80) return 0;
    }
    const uint8_t second = text[i + 1];
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return length;
  }

  uint8_t bytes_[CAPACITY];
  size_t size_ = 0;
  bool overflowed_ = false;
  bool skipped_ = false;
};
