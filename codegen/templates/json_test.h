// Tests of values in an answer of JSON, as it comes in: nothing of it is kept. espost judges by
// the same machine, so that the test POST and the board agree on every answer.
#pragma once
#include <Arduino.h>
#include <math.h>
#include <stdlib.h>

// One test. path holds a byte with the length of each name, and the name; 255 stands for every
// member or element.
struct JsonRule {
  uint8_t op, kind, steps;
  PGM_P path;
  PGM_P text;
  uint8_t size;  // of text
  double number;
};

class JsonTest {
 public:
  enum Proof : uint8_t { Fails, Passes, Unproven };
  static constexpr size_t RULES_MAX = 9;  // eight tests, and a number to keep

  void start(const JsonRule *rules, size_t count) {
    rules_ = rules;
    count_ = count;
    state_ = Value;
    depth_ = 0;
    begun_ = false;
    kept_ = 0;
    numbers_ = 0;
    length_ = 0;
    for (size_t i = 0; i < count_; i++) {
      watched_[i] = {};
      watched_[i].hit = true;
      watched_[i].proof = Unproven;
      for (uint8_t step = 0; step < rules[i].steps; step++) watched_[i].each |= stepSize(i, step) == EVERY;
    }
  }

  void feed(uint8_t c) {
    switch (state_) {
      case Broken: return;
      case String: return inString(c);
      case Escape: return inEscape(c);
      case Unicode: return inUnicode(c);
      case Number: return inNumber(c);
      case Word: return inWord(c);
      default:
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') between(c);
    }
  }

  // What is known at the end; whole is whether that was all of the answer.
  Proof finish(bool whole) {
    if (whole && state_ == Number && depth_ == 0) endNumber();
    Proof all = Passes;
    for (size_t i = 0; i < count_; i++) {
      if (rules_[i].op == Keep) continue;
      if (watched_[i].proof == Fails) return Fails;
      if (watched_[i].proof == Unproven) all = Unproven;
    }
    if (all == Unproven && !begun_ && (whole || state_ == Broken)) return Fails;  // this is something else
    return all;
  }

  // The seconds at the place that a rule keeps, in milliseconds, at most an hour; 0 without them.
  unsigned long waitAskedFor() const {
    return !(kept_ > 0) ? 0 : kept_ >= 3600 ? 3600000UL : static_cast<unsigned long>(ceil(kept_ * 1000));
  }

 private:
  enum State : uint8_t { Value, First, Key, Colon, Next, String, Escape, Unicode, Number, Word, Broken };
  enum Kind : uint8_t { None, Null, False, True, Numeric, Textual, Empty, Full };
  enum Op : uint8_t { Equal, Unequal, Less, LessOrEqual, Greater, GreaterOrEqual, IsEmpty, IsThere, IsMissing, IsNumber, IsText, IsWhole, Keep };
  static constexpr uint8_t EVERY = 255;
  static constexpr uint8_t NESTING_MAX = 32;
  static constexpr uint8_t NUMBER_MAX = 31;

  struct Watched {
    uint8_t level;   // open arrays and objects on the path
    uint16_t found;  // a bit each level: the next step was there
    uint8_t target;  // depth of the array or object at the path's end, 0 without: empty or not?
    bool hit;        // the value under way is on the path
    bool same;       // the string under way is the wanted one so far
    bool some;       // a value has passed
    bool each;       // it is about several values
    Proof proof;
  };

  // Where a step's length stands in the path.
  PGM_P stepAt(size_t rule, uint8_t step) const {
    PGM_P at = rules_[rule].path;
    for (; step > 0; step--) {
      const uint8_t size = pgm_read_byte(at);
      at += size == EVERY ? 1 : 1 + size;
    }
    return at;
  }
  uint8_t stepSize(size_t rule, uint8_t step) const { return pgm_read_byte(stepAt(rule, step)); }

  bool inObject() const { return depth_ > 0 && (objects_ >> (depth_ - 1) & 1) != 0; }

  // Takes a sign between values.
  void between(uint8_t c) {
    const bool closing = c == ']' || c == '}';
    if (state_ == Value) {
      beginValue(c);
    } else if (closing && (state_ == First || (state_ == Next && depth_ > 0))) {
      close(c);
    } else if (state_ == First && !inObject()) {
      beginValue(c);
    } else if ((state_ == First || state_ == Key) && c == '"') {
      child();
      beginString(true);
    } else if (state_ == Colon && c == ':') {
      state_ = Value;
    } else if (state_ == Next && depth_ > 0 && c == ',') {
      state_ = inObject() ? Key : Value;
      if (state_ == Value) index_[depth_ - 1]++;
    } else {
      state_ = Broken;
    }
  }

  void beginValue(uint8_t c) {
    if (depth_ > 0 && !inObject()) {
      child();
      element();
    }
    switch (c) {
      case '{': case '[': return open(c == '{');
      case '"': return beginString(false);
      case 't': return beginWord("rue", True);
      case 'f': return beginWord("alse", False);
      case 'n': return beginWord("ull", Null);
    }
    if (c != '-' && (c < '0' || c > '9')) {
      state_ = Broken;
      return;
    }
    state_ = Number;
    number_[0] = c;
    numbers_ = 1;
  }

  void beginWord(const char *rest, Kind kind) {
    state_ = Word;
    word_ = rest;
    kind_ = kind;
  }

  void inWord(uint8_t c) {
    if (static_cast<uint8_t>(*word_) != c) {
      state_ = Broken;
    } else if (*++word_ == 0) {
      scalar(kind_);
    }
  }

  void inNumber(uint8_t c) {
    if ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E') {
      if (numbers_ == NUMBER_MAX) {
        state_ = Broken;
      } else {
        number_[numbers_++] = c;
      }
      return;
    }
    endNumber();
    feed(c);
  }

  void endNumber() {
    number_[numbers_] = 0;
    if (wellFormed()) {
      scalar(Numeric);
    } else {
      state_ = Broken;
    }
  }

  // True for a number of RFC 8259, section 6.
  bool wellFormed() const {
    const char *at = number_;
    if (*at == '-') at++;
    if (*at == '0') {
      at++;
    } else if (!digits(at)) {
      return false;
    }
    if (*at == '.' && !digits(++at)) return false;
    if (*at == 'e' || *at == 'E') {
      at++;
      if (*at == '+' || *at == '-') at++;
      if (!digits(at)) return false;
    }
    return *at == 0;
  }
  static bool digits(const char *&at) {
    const char *from = at;
    while (*at >= '0' && *at <= '9') at++;
    return at > from;
  }

  void open(bool object) {
    if (depth_ == NESTING_MAX) {
      state_ = Broken;
      return;
    }
    begun_ = true;
    for (size_t i = 0; i < count_; i++) {
      Watched &w = watched_[i];
      if (w.hit && rules_[i].steps == depth_) {
        w.target = depth_ + 1;
      } else if (w.hit) {
        w.level = depth_ + 1;
        w.found &= ~(1u << w.level);
      }
      w.hit = false;
    }
    index_[depth_] = 0;
    objects_ &= ~(uint32_t{1} << depth_);
    if (object) objects_ |= uint32_t{1} << depth_;
    depth_++;
    state_ = First;
  }

  void close(uint8_t sign) {
    if ((sign == '}') != inObject()) {
      state_ = Broken;
      return;
    }
    for (size_t i = 0; i < count_; i++) {
      Watched &w = watched_[i];
      if (w.target == depth_) {
        w.target = 0;
        decide(i, Empty);
      }
      if (w.level == depth_) {
        if ((w.found >> w.level & 1) == 0) decide(i, None);
        w.level--;
      }
    }
    depth_--;
    endValue();
  }

  // Says that the array or object has something in it.
  void child() {
    for (size_t i = 0; i < count_; i++) {
      if (watched_[i].target != depth_) continue;
      watched_[i].target = 0;
      decide(i, Full);
    }
  }

  // Says that an array's element begins.
  void element() {
    for (size_t i = 0; i < count_; i++) {
      if (watched_[i].level == depth_) reached(i, stepIs(i, index_[depth_ - 1]));
    }
  }

  // True when the next step is an index, as a decimal.
  bool stepIs(size_t rule, uint16_t index) const {
    PGM_P at = stepAt(rule, watched_[rule].level - 1);
    const uint8_t size = pgm_read_byte(at++);
    uint32_t n = 0;
    for (uint8_t i = 0; i < size; i++) {
      const uint8_t c = pgm_read_byte(at + i);
      if (c < '0' || c > '9' || i == 5 || (i > 0 && n == 0)) return false;
      n = n * 10 + (c - '0');
    }
    return size > 0 && n == index;
  }

  // Says whether the next value is that of the next step, by its name.
  void reached(size_t rule, bool named) {
    Watched &w = watched_[rule];
    w.hit = stepSize(rule, w.level - 1) == EVERY || (named && (w.found >> w.level & 1) == 0);
    if (w.hit) w.found |= 1u << w.level;
  }

  void beginString(bool isKey) {
    begun_ = true;
    state_ = String;
    isKey_ = isKey;
    length_ = 0;
    high_ = 0;
    for (size_t i = 0; i < count_; i++) watched_[i].same = true;
  }

  void inString(uint8_t c) {
    if (c == '"') {
      flushHigh();
      endString();
    } else if (c == '\\') {
      state_ = Escape;
    } else if (c < ' ') {
      state_ = Broken;
    } else {
      flushHigh();
      character(c);
    }
  }

  void inEscape(uint8_t c) {
    state_ = String;
    switch (c) {
      case 'u':
        state_ = Unicode;
        hex_ = 4;
        unit_ = 0;
        return;
      case '"': case '\\': case '/': break;
      case 'b': c = '\b'; break;
      case 'f': c = '\f'; break;
      case 'n': c = '\n'; break;
      case 'r': c = '\r'; break;
      case 't': c = '\t'; break;
      default: state_ = Broken; return;
    }
    flushHigh();
    character(c);
  }

  void inUnicode(uint8_t c) {
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!letter && (c < '0' || c > '9')) {
      state_ = Broken;
      return;
    }
    unit_ = unit_ << 4 | (letter ? (c | 32) - 'a' + 10 : c - '0');
    if (--hex_ > 0) return;
    state_ = String;
    if (unit_ >= 0xD800 && unit_ < 0xDC00) {
      flushHigh();
      high_ = unit_;
    } else if (unit_ >= 0xDC00 && unit_ < 0xE000 && high_ != 0) {
      point(0x10000 + ((high_ - 0xD800) << 10) + unit_ - 0xDC00);
      high_ = 0;
    } else {
      flushHigh();
      point(unit_ >= 0xDC00 && unit_ < 0xE000 ? 0xFFFD : unit_);
    }
  }

  // Makes U+FFFD of half a pair of surrogates.
  void flushHigh() {
    if (high_ == 0) return;
    high_ = 0;
    point(0xFFFD);
  }

  // Takes a code point of the string, as UTF-8 (RFC 3629, section 3).
  void point(uint32_t c) {
    if (c < 0x80) return character(c);
    if (c < 0x800) {
      character(0xC0 | c >> 6);
    } else {
      if (c < 0x10000) {
        character(0xE0 | c >> 12);
      } else {
        character(0xF0 | c >> 18);
        character(0x80 | (c >> 12 & 0x3F));
      }
      character(0x80 | (c >> 6 & 0x3F));
    }
    character(0x80 | (c & 0x3F));
  }

  // Takes one byte of the string.
  void character(uint8_t c) {
    for (size_t i = 0; i < count_; i++) {
      Watched &w = watched_[i];
      PGM_P want = rules_[i].text;
      uint8_t size = rules_[i].size;
      if (isKey_) {
        if (w.level != depth_) continue;
        want = stepAt(i, w.level - 1);
        size = pgm_read_byte(want++);
        if (size == EVERY) size = 0;
      }
      w.same = w.same && length_ < size && pgm_read_byte(want + length_) == c;
    }
    if (length_ < EVERY) length_++;
  }

  void endString() {
    if (!isKey_) return scalar(Textual);
    for (size_t i = 0; i < count_; i++) {
      Watched &w = watched_[i];
      if (w.level == depth_) reached(i, w.same && length_ == stepSize(i, w.level - 1));
    }
    state_ = Colon;
  }

  // Says that a value ended that is no array and no object.
  void scalar(Kind kind) {
    begun_ = true;
    for (size_t i = 0; i < count_; i++) {
      Watched &w = watched_[i];
      if (w.hit) decide(i, rules_[i].steps == depth_ ? kind : None);
      w.hit = false;
    }
    endValue();
  }

  // Goes on behind a value; at the end of all, what is about every element is decided.
  void endValue() {
    state_ = Next;
    if (depth_ > 0) return;
    for (size_t i = 0; i < count_; i++) {
      if (watched_[i].proof == Unproven && watched_[i].some) watched_[i].proof = Passes;
    }
  }

  void decide(size_t rule, Kind kind) {
    Watched &w = watched_[rule];
    if (w.proof != Unproven) return;
    if (rules_[rule].op == Keep && kind == Numeric) kept_ = strtod(number_, nullptr);
    if (!passes(rules_[rule], kind, w.same && length_ == rules_[rule].size)) {
      w.proof = Fails;
    } else if (w.each) {
      w.some = true;
    } else {
      w.proof = Passes;
    }
  }

  bool passes(const JsonRule &rule, Kind kind, bool same) const {
    if (rule.op == Keep) return true;
    if (rule.op == IsEmpty) return kind == None || kind == Null || kind == Empty || (kind == Textual && length_ == 0);
    if (rule.op == IsMissing || kind == None) return rule.op == IsMissing && kind == None;
    switch (rule.op) {
      case IsThere: return true;
      case IsNumber: return kind == Numeric;
      case IsText: return kind == Textual;
      case IsWhole: return kind == Numeric && strspn(number_, "-0123456789") == numbers_;
      case Equal: case Unequal: {
        bool equal = kind == rule.kind;
        if (equal && kind == Textual) equal = same;
        if (equal && kind == Numeric) equal = strtod(number_, nullptr) == rule.number;
        return equal == (rule.op == Equal);
      }
    }
    if (kind != Numeric) return false;
    const double x = strtod(number_, nullptr);
    switch (rule.op) {
      case Less: return x < rule.number;
      case LessOrEqual: return x <= rule.number;
      case Greater: return x > rule.number;
    }
    return x >= rule.number;
  }

  const JsonRule *rules_ = nullptr;
  size_t count_ = 0;
  Watched watched_[RULES_MAX];
  State state_ = Value;
  uint8_t depth_ = 0;      // open arrays and objects
  uint32_t objects_ = 0;   // a bit each: it is an object
  uint16_t index_[NESTING_MAX];  // of the element under way
  double kept_ = 0;        // the number that was to be kept
  bool begun_ = false;     // a value has begun that may be JSON's
  const char *word_ = "";  // of true, false and null: what is still to come
  Kind kind_ = None;       // of the word
  char number_[NUMBER_MAX + 1];
  uint8_t numbers_ = 0;
  bool isKey_ = false;     // the string under way is a member's name
  uint8_t length_ = 0;     // of it so far, 255 for more
  uint8_t hex_ = 0;        // digits of \uXXXX that are still to come
  uint32_t unit_ = 0;
  uint32_t high_ = 0;      // the first half of a pair of surrogates
};
