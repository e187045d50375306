// Fetching a small file over plain HTTP. Nothing here trusts the host or the way: what comes is
// bytes that somebody else verifies, as few as possible and not for long. No TLS client takes part
// that would have to be told to trust anyone.
#pragma once
#include <ESP8266WiFi.h>

namespace pin_fetch {

// One answer, byte by byte, until the server ends it or the time is over.
class Answer {
 public:
  bool ask(const PinsAddress &from) {
    client_.setTimeout(PINS_CONNECT_MS);  // for the name, and again for the connection
    if (!client_.connect(from.host, from.port)) return false;
    char head[80 + PINS_ADDRESS_MAX];
    // HTTP/1.0, so that the server ends the connection and sends no chunks.
    const int size = snprintf_P(head, sizeof(head), PSTR("GET %s HTTP/1.0\r\nHost: %s:%u\r\nConnection: close\r\n\r\n"), from.path, from.host, from.port);
    return client_.write(reinterpret_cast<const uint8_t *>(head), size) == static_cast<size_t>(size);
  }

  // The next byte; -1 at the end.
  int next() {
    while (millis() - start_ < PINS_ANSWER_MS) {
      if (client_.available() > 0) return client_.read();
      if (!client_.connected()) return -1;
      delay(1);
    }
    return -1;
  }

  // Reads the head and returns its status, 0 when it is none.
  int status() {
    char line[13] = "";  // HTTP/1.1 200
    int last = 0, c = 0;
    size_t size = 0;
    for (bool blank = false; !blank; size++) {
      if (size == HEAD_MAX || (c = next()) < 0) return 0;
      if (size < sizeof(line) - 1) line[size] = static_cast<char>(c);
      if (c == '\r') continue;
      blank = c == '\n' && last == '\n';
      last = c;
    }
    return strncmp_P(line, PSTR("HTTP/1."), 7) == 0 ? atoi(line + 9) : 0;
  }

  ~Answer() { client_.stop(); }

 private:
  static constexpr size_t HEAD_MAX = 4096;

  WiFiClient client_;
  const unsigned long start_ = millis();
};

// Fetches at most so many bytes; how many came, or -1 after saying why none did.
static int get(const PinsAddress &from, char *to, size_t most) {
  Answer answer;
  if (!answer.ask(from)) {
    Serial.println(F("Pins: that host doesn't answer."));
    return -1;
  }
  const int status = answer.status();
  if (status != 200) {
    Serial.printf_P(PSTR("Pins: that host gives no file (status %d).\n"), status);
    return -1;
  }
  size_t size = 0;
  for (int c; size < most && (c = answer.next()) >= 0; size++) to[size] = static_cast<char>(c);
  return static_cast<int>(size);
}

}  // namespace pin_fetch
