// Where signed pins lie in flash: the file that has delivered something, the newest file beside
// it until it has, too, and whom files are taken from. A candidate that fits no server yet stays, since
// it may name the next certificate; a newer one takes its place.
//
// /pins.proven and /pins.candidate are files as they were signed. /pins.state holds the owner and the
// checks of both, and is what counts: a file that doesn't have its check isn't there. Each is written
// beside the old one and renamed, which LittleFS does at once or not at all, and the files before the
// state: wherever the power fails, the board has the old pins or the new ones. Without any it
// has those that are compiled in.
#pragma once
#include <LittleFS.h>
#include "pinfile.h"

class PinStore {
 public:
  enum Which : uint8_t { Proven, Candidate };

  // Finds what lies in flash. compiled is the owner as the sketch was made, and pins stands for the
  // pins that are compiled in. What an older sketch, or one of another owner, has left is forgotten;
  // where only the pins differ, the owner stays, and with it the highest serial.
  void begin(const pinfile::Owner &compiled, uint32_t pins, const char *group, const char *host) {
    group_ = group;
    host_ = host;
    usable_ = LittleFS.begin();
    State found = {};
    state_ = {};
    state_.made = madeOf(compiled);
    state_.pins = pins;
    state_.owner = compiled;
    if (!usable_ || !readState(found) || found.made != state_.made || older(found.owner, compiled)) return;
    if (found.pins != pins) found.proven = found.candidate = Sum{};
    found.pins = pins;
    state_ = found;
    // Where the power failed while a candidate became the proven file, it has that name already.
    if (lies(PROVEN, state_.candidate)) moveUp(state_);
  }

  const pinfile::Owner &owner() const { return state_.owner; }

  // Takes a file: as the candidate, if it isn't one of those that lie in flash already.
  pinfile::Refusal offer(const char *text, size_t size, pinfile::File &f, bool &isNew) {
    State next = state_;
    const pinfile::Refusal refusal = next.owner.accept(text, size, group_, host_, f);
    next.candidate = Sum{static_cast<uint32_t>(size), checksum(text, size)};
    isNew = refusal == pinfile::Refusal::None && !lies(PROVEN, next.candidate) && !lies(CANDIDATE, next.candidate);
    if (!isNew) return refusal;
    isNew = usable_ && writeFile(CANDIDATE, CANDIDATE_NEW, text, size) && writeState(next);
    return isNew ? pinfile::Refusal::None : pinfile::Refusal::Flash;
  }

  // Reads one of the files into room for SIZE_MAX_BYTES; false where there is none, or not all of it.
  bool load(Which which, char *text, pinfile::File &f) const {
    return which == Candidate ? loadFrom(CANDIDATE, state_.candidate, text, f) : loadFrom(PROVEN, state_.proven, text, f);
  }

  // The candidate has delivered something: it takes the proven one's place.
  bool prove() {
    if (state_.candidate.size == 0 || !LittleFS.rename(CANDIDATE, PROVEN)) return false;
    moveUp(state_);
    State next = state_;
    writeState(next);  // where it can't be, begin mends it
    return true;
  }

 private:
  static constexpr const char *PROVEN = "/pins.proven", *CANDIDATE = "/pins.candidate", *CANDIDATE_NEW = "/pins.candidate.new";
  static constexpr const char *STATE = "/pins.state", *STATE_NEW = "/pins.state.new";

  struct Sum {
    uint32_t size, check;  // of a file; size 0 for none

    bool operator==(const Sum &other) const { return size == other.size && check == other.check; }
  };

  struct State {
    pinfile::Owner owner;
    uint32_t made;  // of which sketch's owner
    uint32_t pins;  // and which pins
    Sum proven, candidate;
    uint32_t check;
  };

  // FNV-1a, 32 bits: plenty against torn writes. It keeps nobody out: who writes flash can do anything.
  static uint32_t checksum(const void *data, size_t size, uint32_t sum = 2166136261u) {
    const uint8_t *bytes = static_cast<const uint8_t *>(data);
    for (size_t i = 0; i < size; i++) sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
  }

  uint32_t madeOf(const pinfile::Owner &o) const {
    uint32_t sum = checksum(&o.key, sizeof(o.key));
    sum = checksum(&o.recovery, sizeof(o.recovery), sum);
    sum = checksum(group_, strlen(group_) + 1, sum);
    return checksum(host_, strlen(host_), sum);
  }

  static void moveUp(State &s) {
    s.proven = s.candidate;
    s.candidate = Sum{};
  }

  static bool older(const pinfile::Owner &a, const pinfile::Owner &b) {
    return a.epoch < b.epoch || (a.epoch == b.epoch && a.serial < b.serial);
  }

  static bool readState(State &s) {
    File file = LittleFS.open(STATE, "r");
    return file && file.size() == sizeof(s) && file.read(reinterpret_cast<uint8_t *>(&s), sizeof(s)) == static_cast<int>(sizeof(s)) &&
           s.check == checksum(&s, offsetof(State, check));
  }

  bool writeState(State &next) {
    next.check = checksum(&next, offsetof(State, check));
    if (!usable_ || !writeFile(STATE, STATE_NEW, reinterpret_cast<const char *>(&next), sizeof(next))) return false;
    state_ = next;
    return true;
  }

  // Writes a file beside the old one and puts it in its place.
  static bool writeFile(const char *name, const char *beside, const char *bytes, size_t size) {
    File file = LittleFS.open(beside, "w");
    const bool written = file && file.write(reinterpret_cast<const uint8_t *>(bytes), size) == size;
    file.close();
    file = LittleFS.open(beside, "r");  // a full flash shows only after closing
    const bool whole = written && file && file.size() == size;
    file.close();
    if (whole && LittleFS.rename(beside, name)) return true;
    LittleFS.remove(beside);
    return false;
  }

  // True when a file that counts has that sum, and lies there whole.
  bool lies(const char *name, const Sum &sum) const {
    if (!usable_ || sum.size == 0 || !(sum == state_.proven || sum == state_.candidate)) return false;
    File file = LittleFS.open(name, "r");
    uint32_t check = checksum(nullptr, 0);
    uint8_t part[64];
    for (int n; file && (n = file.read(part, sizeof(part))) > 0;) check = checksum(part, n, check);
    return file && file.size() == sum.size && check == sum.check;
  }

  bool loadFrom(const char *name, const Sum &sum, char *text, pinfile::File &f) const {
    if (!usable_ || sum.size == 0 || sum.size > pinfile::SIZE_MAX_BYTES) return false;
    File file = LittleFS.open(name, "r");
    return file && file.size() == sum.size && file.read(reinterpret_cast<uint8_t *>(text), sum.size) == static_cast<int>(sum.size) &&
           checksum(text, sum.size) == sum.check && pinfile::Reader(text, sum.size).read(f);
  }

  bool usable_ = false;
  const char *group_ = nullptr, *host_ = nullptr;
  State state_ = {};
};
