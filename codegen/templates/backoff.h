// Waiting longer after each failure, so that a server in trouble isn't stormed.
#pragma once
#include <Arduino.h>

class Backoff {
 public:
  Backoff(unsigned long first, unsigned long longest) : first_(first), longest_(longest), next_(first) {}

  // True when it's time for another attempt.
  bool over() const { return millis() - since_ >= wait_; }

  // Notes a failure. The next attempt waits at least atLeast milliseconds. A quarter more or
  // less is left to chance: many boards that lost the same server shouldn't come back at once.
  void failed(unsigned long atLeast = 0) {
    since_ = millis();
    wait_ = next_ - next_ / 4 + ESP.random() % (next_ / 2 + 1);
    if (wait_ < atLeast) wait_ = atLeast;
    next_ = next_ > longest_ / 2 ? longest_ : next_ * 2;
  }

  void reset() {
    wait_ = 0;
    next_ = first_;
  }

 private:
  const unsigned long first_, longest_;
  unsigned long next_, wait_ = 0, since_ = 0;
};
