// libraries/ESP8266WiFi/src/CertStoreBearSSL.h, class CertStoreBase; the callbacks are those of the core's
// BearSSL (inc/bearssl_x509.h, br_x509_minimal_set_dynamic), which libbearssl lacks.
#pragma once
#include <bearssl.h>

using FindAnchor = const br_x509_trust_anchor *(*)(void *ctx, void *hashed_dn, size_t hashed_dn_len);
using FreeAnchor = void (*)(void *ctx, const br_x509_trust_anchor *ta);

extern "C" void br_x509_minimal_set_dynamic(br_x509_minimal_context *ctx, void *dynamic_ctx, FindAnchor find, FreeAnchor free);

namespace BearSSL {

class CertStoreBase {
 public:
  virtual ~CertStoreBase() {}
  virtual void installCertStore(br_x509_minimal_context *ctx) = 0;
};

// br_x509_minimal_context with callbacks that find a trust anchor by the SHA-256 of its name. What libbearssl's knows
// is a list: each certificate is kept back until it is whole, and judged with the one anchor that
// was found for it. The place where it is kept is none of the board's.
struct DynamicX509 {
  const br_x509_class *vtable = nullptr;  // nullptr without callbacks
  br_x509_minimal_context minimal;
  void *store = nullptr;
  FindAnchor find = nullptr;
  FreeAnchor free = nullptr;
};

}  // namespace BearSSL
