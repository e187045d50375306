#pragma once
#include <bearssl.h>
#include <cstring>

namespace BearSSL {

// The validator of setFingerprint and setInsecure (core: br_x509_insecure_context).
struct InsecureX509 {
  const br_x509_class *vtable;
  const uint8_t *fingerprint;
  bool first;
  br_sha1_context sha1;
  br_x509_decoder_context decoder;
};

static void startChain(const br_x509_class **ctx, const char *) {
  InsecureX509 *x = reinterpret_cast<InsecureX509 *>(ctx);
  br_x509_decoder_init(&x->decoder, nullptr, nullptr);
  br_sha1_init(&x->sha1);
  x->first = true;
}
static void startCert(const br_x509_class **, uint32_t) {}
static void appendCert(const br_x509_class **ctx, const unsigned char *bytes, size_t size) {
  InsecureX509 *x = reinterpret_cast<InsecureX509 *>(ctx);
  if (!x->first) return;
  br_sha1_update(&x->sha1, bytes, size);
  br_x509_decoder_push(&x->decoder, bytes, size);
}
static void endCert(const br_x509_class **ctx) { reinterpret_cast<InsecureX509 *>(ctx)->first = false; }
static unsigned endChain(const br_x509_class **ctx) {
  const InsecureX509 *x = reinterpret_cast<const InsecureX509 *>(ctx);
  uint8_t sum[20];
  br_sha1_out(&x->sha1, sum);
  return x->fingerprint && memcmp(sum, x->fingerprint, 20) != 0 ? BR_ERR_X509_NOT_TRUSTED : 0;
}
static const br_x509_pkey *getKey(const br_x509_class *const *ctx, unsigned *usages) {
  if (usages) *usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
  return br_x509_decoder_get_pkey(const_cast<br_x509_decoder_context *>(&reinterpret_cast<const InsecureX509 *>(ctx)->decoder));
}
static const br_x509_class insecureClass = {sizeof(InsecureX509), startChain, startCert, appendCert, endCert, endChain, getKey};

}  // namespace BearSSL
