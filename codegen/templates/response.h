// Reading a response: its end must be found, or the connection can't be used again.
#pragma once
#include <ESP8266WiFi.h>

class Response {
 public:
  // Reads the rest of a response and shows its beginning on the serial port. size is its
  // Content-Length, or negative if it has none. Returns true when it was read to its end.
  bool drain(WiFiClient &stream, int size, bool chunked) {
    read_ = 0;
    shown_ = 0;
    bool whole;
    if (chunked) {
      whole = drainChunks(stream);
    } else if (size >= 0) {
      whole = drainBytes(stream, size);
    } else {
      whole = false;  // it ends where the connection ends
      drainBytes(stream, RESPONSE_MAX);
    }
    if (shown_ > 0) Serial.println();
    return whole;
  }

 private:
  static constexpr size_t SHOWN_MAX = 160;
  static constexpr unsigned long WAIT_MS = 5000;  // as HTTPClient waits for headers

  // The next byte, or -1 when none comes, the connection ends or enough was read.
  int next(WiFiClient &stream) {
    if (read_ >= RESPONSE_MAX) return -1;
    const unsigned long start = millis();
    while (stream.available() <= 0) {
      if (!stream.connected() || millis() - start > WAIT_MS) return -1;
      delay(1);
    }
    read_++;
    return stream.read();
  }

  bool drainBytes(WiFiClient &stream, size_t count) {
    for (; count > 0; count--) {
      const int c = next(stream);
      if (c < 0) return false;
      show(c);
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

  void show(int c) {
    if (shown_ >= SHOWN_MAX) return;
    if (shown_++ == 0) Serial.print(F("  "));
    Serial.write(c >= ' ' && c <= '~' ? c : ' ');  // nothing that could confuse a terminal
  }

  size_t read_ = 0;
  size_t shown_ = 0;
};
