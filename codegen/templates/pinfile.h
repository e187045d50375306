// Files of signed pins, and the rules by which one is taken: the owner of this board, and nobody
// else, says how the server is known from now on. espost reads and takes them by the same rules.
//
// Everything here works on bytes that a stranger may have written: they are read line by line
// within their bounds, nothing is copied or allocated, and the signature comes last.
#pragma once
#include <Arduino.h>
#include <WiFiClientSecureBearSSL.h>
#include <StackThunk.h>

namespace pinfile {

constexpr size_t SIZE_MAX_BYTES = 4096, PINS_MAX = 8, DATA_MAX = 1600, GROUP_MAX = 32, HOST_MAX = 262;
constexpr size_t KEY_SIZE = 65, ID_SIZE = 8, SIGNATURE_SIZE = 64, SHA1_SIZE = 20;

// Why a file isn't taken. All but the last is said by Owner.
enum class Refusal : uint8_t { None, Syntax, Group, Host, Replay, Signer, Signature, Flash };

// Some characters of the file.
struct Text {
  const char *at;
  size_t size;

  bool is(const char *other) const { return size == strlen(other) && memcmp(at, other, size) == 0; }
  bool isWord(PGM_P other) const { return size == strlen_P(other) && memcmp_P(at, other, size) == 0; }
  bool operator==(const Text &other) const { return size == other.size && memcmp(at, other.at, size) == 0; }
};

// One way to know the server; data are hexadecimal digits.
struct Entry {
  enum Mode : uint8_t { Fingerprint, PublicKey, CA } mode;
  Text data;
};

struct File {
  Text group, host;
  uint32_t epoch, serial;
  Entry pins[PINS_MAX];
  size_t count;
  Text next;  // a key's digits; none: empty
  Text by, signature;
  size_t signedSize;  // of the text that the signature is over
};

static inline bool among(char c, char first, char last) { return c >= first && c <= last; }
static inline bool isDigit(char c) { return among(c, '0', '9'); }
static inline uint8_t valueOf(char c) { return isDigit(c) ? c - '0' : c - 'A' + 10; }

// Writes the bytes of hexadecimal digits, which the reader has seen to be some.
static inline void bytesOf(const Text &digits, uint8_t *to) {
  for (size_t i = 0; i + 1 < digits.size; i += 2) *to++ = valueOf(digits.at[i]) << 4 | valueOf(digits.at[i + 1]);
}

class Reader {
 public:
  Reader(const char *text, size_t size) : begin_(text), at_(text), end_(text + size), good_(size <= SIZE_MAX_BYTES) {}

  // Reads the whole file; false when it isn't written as espost writes one.
  bool read(File &f) {
    memset(static_cast<void *>(&f), 0, sizeof(f));
    if (line(PSTR("espost-pins 1")).size != 0) good_ = false;
    f.group = line(PSTR("group "));
    f.host = line(PSTR("host "));
    f.epoch = number(PSTR("epoch "));
    f.serial = number(PSTR("serial "));
    moment(PSTR("signed "));
    moment(PSTR("until "));
    while (has(PSTR("pin "))) pin(f);
    if (has(PSTR("next "))) {
      f.next = digits(line(PSTR("next ")), KEY_SIZE);
      if (good_ && (f.next.at[0] != '0' || f.next.at[1] != '4')) good_ = false;
    }
    f.by = digits(line(PSTR("by ")), ID_SIZE);
    f.signedSize = at_ - begin_;
    f.signature = digits(line(PSTR("signature ")), SIGNATURE_SIZE);
    return good_ && at_ == end_ && f.serial >= 1 && f.count >= 1 && isGroup(f.group) && isHost(f.host);
  }

 private:
  bool has(PGM_P word) const { return good_ && starts(word); }

  bool starts(PGM_P word) const {
    const size_t size = strlen_P(word);
    return static_cast<size_t>(end_ - at_) >= size && memcmp_P(at_, word, size) == 0;
  }

  // Takes a line that begins with word and returns what follows it.
  Text line(PGM_P word) {
    const char *ends = good_ ? static_cast<const char *>(memchr(at_, '\n', end_ - at_)) : nullptr;
    const size_t size = strlen_P(word);
    if (!ends || static_cast<size_t>(ends - at_) < size || !starts(word)) {
      good_ = false;
      return Text{end_, 0};
    }
    const Text value = {at_ + size, static_cast<size_t>(ends - at_) - size};
    at_ = ends + 1;
    return value;
  }

  // Sees that a text is upper-case hexadecimal digits of that many bytes.
  Text digits(const Text &t, size_t bytes) {
    if (t.size != 2 * bytes) good_ = false;
    for (size_t i = 0; i < t.size; i++) {
      if (!isDigit(t.at[i]) && !among(t.at[i], 'A', 'F')) good_ = false;
    }
    return t;
  }

  // A number of 32 bits, without zeros in front.
  uint32_t number(PGM_P word) {
    const Text t = line(word);
    uint64_t n = 0;
    if (t.size < 1 || t.size > 10 || (t.size > 1 && t.at[0] == '0')) good_ = false;
    for (size_t i = 0; good_ && i < t.size; i++) {
      if (!isDigit(t.at[i])) good_ = false;
      n = 10 * n + static_cast<uint8_t>(t.at[i] - '0');
    }
    if (n > UINT32_MAX) good_ = false;
    return static_cast<uint32_t>(n);
  }

  // A time such as 2026-11-25T22:40:00Z. The board doesn't go by it, since nothing proves its clock.
  void moment(PGM_P word) {
    static const char form[] = "0000-00-00T00:00:00Z";
    const Text t = line(word);
    if (t.size != sizeof(form) - 1) good_ = false;
    for (size_t i = 0; good_ && i < t.size; i++) {
      if (form[i] == '0' ? !isDigit(t.at[i]) : t.at[i] != form[i]) good_ = false;
    }
    if (!good_) return;
    const unsigned year = 100 * pair(t, 0) + pair(t, 2), month = pair(t, 5), day = pair(t, 8);
    if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || pair(t, 11) > 23 || pair(t, 14) > 59 || pair(t, 17) > 59) good_ = false;
  }

  static unsigned pair(const Text &t, size_t i) { return 10 * (t.at[i] - '0') + (t.at[i + 1] - '0'); }

  static unsigned daysIn(unsigned year, unsigned month) {
    if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  void pin(File &f) {
    const Text t = line(PSTR("pin "));
    const char *blank = t.size ? static_cast<const char *>(memchr(t.at, ' ', t.size)) : nullptr;
    if (!blank || f.count == PINS_MAX) {
      good_ = false;
      return;
    }
    const Text mode = {t.at, static_cast<size_t>(blank - t.at)};
    Entry e = {Entry::Fingerprint, {blank + 1, t.size - mode.size - 1}};
    const size_t bytes = e.data.size / 2;
    if (mode.isWord(PSTR("fingerprint"))) {
      if (bytes != SHA1_SIZE) good_ = false;
    } else if (mode.isWord(PSTR("public-key")) || mode.isWord(PSTR("ca"))) {
      e.mode = mode.isWord(PSTR("ca")) ? Entry::CA : Entry::PublicKey;
      if (bytes < 1 || bytes > DATA_MAX) good_ = false;
    } else {
      good_ = false;
    }
    digits(e.data, bytes);
    for (size_t i = 0; i < f.count; i++) {
      if (f.pins[i].mode == e.mode && f.pins[i].data == e.data) good_ = false;
    }
    f.pins[f.count++] = e;
  }

  static bool isGroup(const Text &t) {
    if (t.size < 1 || t.size > GROUP_MAX) return false;
    for (size_t i = 0; i < t.size; i++) {
      const char c = t.at[i];
      const bool word = among(c, 'A', 'Z') || among(c, 'a', 'z') || isDigit(c);
      if (!word && (i == 0 || (c != '.' && c != '_' && c != '-'))) return false;
    }
    return true;
  }

  // host:port
  static bool isHost(const Text &t) {
    if (t.size < 3 || t.size > HOST_MAX) return false;
    size_t port = t.size;
    while (port > 0 && isDigit(t.at[port - 1])) port--;
    if (t.size - port < 1 || t.size - port > 5 || t.at[port] == '0' || port < 2 || t.at[port - 1] != ':') return false;
    for (size_t i = 0; i < port - 1; i++) {
      const char c = t.at[i];
      const bool word = among(c, 'a', 'z') || isDigit(c);
      if (!word && c != '[' && (i == 0 || (c != '.' && c != ':' && c != '_' && c != ']' && c != '-'))) return false;
      if (c == '[' && i > 0) return false;
    }
    return true;
  }

  const char *begin_, *at_, *end_;
  bool good_;
};

struct Signed {
  const uint8_t *point, *sum, *signature;
};

}  // namespace pinfile

// Verifies a pinfile::Signed. It needs more than what is left of the sketch's 4 KB of stack, and so
// runs on the second one, as TLS does (core StackThunk.h).
extern "C" uint32_t pinfile_verify(const void *what) {
  const pinfile::Signed *s = static_cast<const pinfile::Signed *>(what);
  const br_ec_public_key key = {BR_EC_secp256r1, const_cast<uint8_t *>(s->point), pinfile::KEY_SIZE};
  return br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), s->sum, br_sha256_SIZE, &key, s->signature, pinfile::SIGNATURE_SIZE);
}
extern "C" uint32_t thunk_pinfile_verify(const void *what);
make_stack_thunk(pinfile_verify);

namespace pinfile {

// A key is a point of P-256, uncompressed; all zero for none.
struct Key {
  uint8_t point[KEY_SIZE];

  bool none() const { return point[0] == 0; }

  // True when that is the key's ID: the first digits of its SHA-256.
  bool hasID(const Text &digits) const {
    uint8_t sum[br_sha256_SIZE], id[ID_SIZE];
    br_sha256_context sha256;
    br_sha256_init(&sha256);
    br_sha256_update(&sha256, point, sizeof(point));
    br_sha256_out(&sha256, sum);
    bytesOf(digits, id);
    return !none() && memcmp(id, sum, sizeof(id)) == 0;
  }

  bool signedText(const char *text, const File &f) const {
    uint8_t sum[br_sha256_SIZE], signature[SIGNATURE_SIZE];
    br_sha256_context sha256;
    br_sha256_init(&sha256);
    br_sha256_update(&sha256, text, f.signedSize);
    br_sha256_out(&sha256, sum);
    bytesOf(f.signature, signature);
    const Signed check = {point, sum, signature};
    stack_thunk_add_ref();
    const bool good = thunk_pinfile_verify(&check) == 1;
    stack_thunk_del_ref();
    return good;
  }
};

// Whom files are taken from, and how far they have come. A file of the same epoch is taken from
// key, or from next where a file has named one, if its serial isn't lower; one of a higher epoch from
// recovery alone, if it names the key that replaces the others.
struct Owner {
  Key key, next, recovery;
  uint32_t epoch, serial;

  // Reads a file; where it isn't refused, the owner is the one after it.
  Refusal accept(const char *text, size_t size, const char *group, const char *host, File &f) {
    if (!Reader(text, size).read(f)) return Refusal::Syntax;
    if (!f.group.is(group)) return Refusal::Group;
    if (!f.host.is(host)) return Refusal::Host;
    if (f.epoch < epoch || (f.epoch == epoch && f.serial < serial)) return Refusal::Replay;
    const Key *by = nullptr;
    if (f.epoch > epoch) {
      if (recovery.hasID(f.by) && f.next.size != 0) by = &recovery;
    } else if (key.hasID(f.by)) {
      by = &key;
    } else if (next.hasID(f.by)) {
      by = &next;
    }
    if (!by) return Refusal::Signer;
    if (!by->signedText(text, f)) return Refusal::Signature;
    take(f, by == &next);
    return Refusal::None;
  }

 private:
  void take(const File &f, bool byNext) {
    Key named = {};
    if (f.next.size != 0) bytesOf(f.next, named.point);
    if (f.epoch > epoch) {
      key = named;
      next = Key();
    } else if (byNext) {
      key = next;
      next = named;
    } else if (!named.none()) {
      next = named;
    }
    epoch = f.epoch;
    serial = f.serial;
  }
};

}  // namespace pinfile
