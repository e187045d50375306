// Reading a response: its end must be found, or the connection can't be used again.
#pragma once
#include <ESP8266WiFi.h>

class Response {
 public:
  void clear() {
    read_ = body_ = kept_ = shown_ = 0;
    whole_ = true;
  }

  // Reads the rest of a response, keeps its beginning and shows some of it on the serial port.
  // size is its Content-Length, or negative if it has none. Returns true when it was read to its
  // end and the connection can go on.
  bool drain(WiFiClient &stream, int size, bool chunked) {
    clear();
    bool open = true;
    if (chunked) {
      whole_ = drainChunks(stream);
    } else if (size >= 0) {
      whole_ = drainBytes(stream, size);
    } else {
      open = false;  // it ends where the connection ends
      drainBytes(stream, RESPONSE_MAX);
      whole_ = read_ < RESPONSE_MAX && !stream.connected();
    }
    if (shown_ > 0) Serial.println();
    return whole_ && open;
  }

  // The first ANSWER_MAX bytes (config.h), with a zero behind them.
  const char *text() {
    text_[kept_] = 0;
    return text_;
  }
  size_t size() const { return kept_; }
  bool whole() const { return whole_ && kept_ == body_; }

 private:
  static constexpr size_t SHOWN_MAX = 160;

  // The next byte, or -1 when none comes, the connection ends or enough was read.
  int next(WiFiClient &stream) {
    if (read_ >= RESPONSE_MAX) return -1;
    const unsigned long start = millis();
    while (stream.available() <= 0) {
      if (!stream.connected() || millis() - start > ANSWER_TIMEOUT_MS) return -1;
      delay(1);
    }
    read_++;
    return stream.read();
  }

  bool drainBytes(WiFiClient &stream, size_t count) {
    for (; count > 0; count--) {
      const int c = next(stream);
      if (c < 0) return false;
      keep(c);
    }
    return true;
  }

  // Reads chunks up to the last one and its empty line (RFC 9112, section 7.1).
  bool drainChunks(WiFiClient &stream) {
    for (;;) {
      const long size = chunkSize(stream);
      if (size < 0) return false;
      if (size == 0) return endOfLine(stream);
      if (!drainBytes(stream, size) || !endOfLine(stream)) return false;
    }
  }

  // Reads the line that holds a chunk's size; -1 when it holds none.
  long chunkSize(WiFiClient &stream) {
    long size = 0;
    int digits = 0;
    bool counting = true;
    for (;;) {
      const int c = next(stream);
      if (c < 0) return -1;
      if (c == '\n') return digits > 0 ? size : -1;
      const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
      if (digit < 0) counting = false;  // an extension or the carriage return
      if (counting && ++digits > 7) return -1;
      if (counting) size = size * 16 + digit;
    }
  }

  bool endOfLine(WiFiClient &stream) {
    int c = next(stream);
    if (c == '\r') c = next(stream);
    return c == '\n';
  }

  void keep(int c) {
    body_++;
    if (kept_ < ANSWER_MAX) text_[kept_++] = static_cast<char>(c);
    if (shown_ >= SHOWN_MAX) return;
    if (shown_++ == 0) Serial.print(F("  "));
    Serial.write(c >= ' ' && c <= '~' ? c : ' ');  // nothing that could confuse a terminal
  }

  size_t read_ = 0;
  size_t body_ = 0;  // of read_, without the sizes of chunks
  size_t kept_ = 0;
  size_t shown_ = 0;
  bool whole_ = true;
  char text_[ANSWER_MAX + 1];
};
