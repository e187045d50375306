// How the core's BearSSL asks for trust anchors (src/x509/x509_minimal.t0, check-direct-trust and
// check-trust-anchor-CA): the first certificate's own name, then each one's issuer, one anchor at a time.
#include "CertStoreBearSSL.h"
#include <cstddef>
#include <cstring>

namespace BearSSL {

// One element of DER: from is where it begins; size is that of the whole, 0 for none.
struct Element {
  const unsigned char *from = nullptr, *inside = nullptr;
  size_t size = 0;
  const unsigned char *end() const { return from + size; }
};

static Element element(const unsigned char *p, const unsigned char *limit) {
  if (limit - p < 2) return {};
  size_t size = p[1], head = 2;
  if (size >= 0x80) {
    const size_t count = size & 0x7f;
    if (count > 2 || static_cast<size_t>(limit - p) < 2 + count) return {};
    head += count;
    size = 0;
    for (size_t i = 2; i < head; i++) size = size << 8 | p[i];
  }
  if (static_cast<size_t>(limit - p) < head + size) return {};
  return {p, p + head, head + size};
}

// The names in a certificate (RFC 5280, section 4.1): version if any, serial number, algorithm, issuer, validity, subject.
static bool names(const unsigned char *bytes, size_t size, Element &issuer, Element &subject) {
  const Element outer = element(bytes, bytes + size);
  const Element tbs = outer.size ? element(outer.inside, outer.end()) : Element();
  if (!tbs.size) return false;
  Element e = element(tbs.inside, tbs.end());
  if (e.size && e.from[0] == 0xa0) e = element(e.end(), tbs.end());
  for (int i = 0; i < 2 && e.size; i++) e = element(e.end(), tbs.end());
  issuer = e;
  for (int i = 0; i < 2 && e.size; i++) e = element(e.end(), tbs.end());
  subject = e;
  return issuer.size && subject.size;
}

static unsigned char kept[16384];
static size_t keptSize;

static DynamicX509 *of(const br_x509_class **ctx) { return reinterpret_cast<DynamicX509 *>(ctx); }

static void startDynamicChain(const br_x509_class **ctx, const char *name) { br_x509_minimal_vtable.start_chain(&of(ctx)->minimal.vtable, name); }
static void startDynamicCert(const br_x509_class **, uint32_t) { keptSize = 0; }
static void appendDynamicCert(const br_x509_class **, const unsigned char *bytes, size_t size) {
  if (size > sizeof(kept) - keptSize) size = sizeof(kept) - keptSize;  // it breaks off, and is refused
  memcpy(kept + keptSize, bytes, size);
  keptSize += size;
}

static const br_x509_trust_anchor *ask(DynamicX509 *x, const Element &name) {
  unsigned char sum[32];
  br_sha256_context sha256;
  br_sha256_init(&sha256);
  br_sha256_update(&sha256, name.from, name.size);
  br_sha256_out(&sha256, sum);
  const br_x509_trust_anchor *found = x->find(x->store, sum, sizeof(sum));
  if (found && (found->dn.len != sizeof(sum) || memcmp(found->dn.data, sum, sizeof(sum)) != 0)) {
    x->free(x->store, found);  // what is found is compared again
    return nullptr;
  }
  return found;
}

static void endDynamicCert(const br_x509_class **ctx) {
  DynamicX509 *x = of(ctx);
  const br_x509_class **minimal = &x->minimal.vtable;
  const br_x509_trust_anchor *found = nullptr;
  Element issuer, subject, name;
  if (x->minimal.err == 0 && names(kept, keptSize, issuer, subject)) {
    if (x->minimal.num_certs == 0) found = ask(x, name = subject);
    if (found && (found->flags & BR_X509_TA_CA)) {
      x->free(x->store, found);
      found = nullptr;
    }
    if (!found) found = ask(x, name = issuer);
  }
  br_x509_trust_anchor anchor = {};
  if (found) {
    anchor = *found;
    anchor.dn = {const_cast<unsigned char *>(name.from), name.size};
  }
  x->minimal.trust_anchors = &anchor;
  x->minimal.trust_anchors_num = found ? 1 : 0;
  (*minimal)->start_cert(minimal, keptSize);
  (*minimal)->append(minimal, kept, keptSize);
  (*minimal)->end_cert(minimal);
  x->minimal.trust_anchors_num = 0;
  if (found) x->free(x->store, found);
}

static unsigned endDynamicChain(const br_x509_class **ctx) { return br_x509_minimal_vtable.end_chain(&of(ctx)->minimal.vtable); }
static const br_x509_pkey *getDynamicKey(const br_x509_class *const *ctx, unsigned *usages) {
  return br_x509_minimal_vtable.get_pkey(&reinterpret_cast<const DynamicX509 *>(ctx)->minimal.vtable, usages);
}
static const br_x509_class dynamicClass = {sizeof(DynamicX509), startDynamicChain, startDynamicCert, appendDynamicCert, endDynamicCert, endDynamicChain, getDynamicKey};

}  // namespace BearSSL

void br_x509_minimal_set_dynamic(br_x509_minimal_context *ctx, void *store, FindAnchor find, FreeAnchor free) {
  BearSSL::DynamicX509 *x = reinterpret_cast<BearSSL::DynamicX509 *>(reinterpret_cast<char *>(ctx) - offsetof(BearSSL::DynamicX509, minimal));
  x->vtable = &BearSSL::dynamicClass;
  x->store = store;
  x->find = find;
  x->free = free;
}
