//go:build cgo && (amd64 || arm64)

// The normal numbers of threefry.go and normal.go, to the last bit: what is computed and why stands there. Loops over the blocks of
// a group, with neither branches nor tables, are what compilers turn into vector instructions by themselves. ISO C (-std=c11) keeps gcc
// from fusing products with sums, the pragma clang.
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif

#include "normal.h"

#define INLINE static inline __attribute__((always_inline))

// Without errno, and so an instruction.
float sqrtf(float) __attribute__((const));

INLINE float from_bits(uint32_t bits) {
  union { uint32_t bits; float value; } u = {.bits = bits};
  return u.value;
}

INLINE uint32_t to_bits(float value) {
  union { float value; uint32_t bits; } u = {.value = value};
  return u.bits;
}

// choose returns a where the mask is all ones and b where it is 0.
INLINE float choose(uint32_t mask, float a, float b) { return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask)); }

#define MIX(a, b, n) a += b, b = (b << n | b >> (32 - n)) ^ a
#define ROUNDS(n0, n1, n2, n3, n4, n5, n6, n7) \
  MIX(a, b, n0), MIX(c, d, n1), MIX(a, d, n2), MIX(c, b, n3), MIX(a, b, n4), MIX(c, d, n5), MIX(a, d, n6), MIX(c, b, n7)
#define ADD_KEY(n) a += k[n % 5], b += k[(n + 1) % 5], c += k[(n + 2) % 5], d += k[(n + 3) % 5] + n

INLINE void block(uint32_t *w, uint32_t *x, uint32_t *y, uint32_t *z, const uint32_t k[5], uint64_t counter) {
  uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32), c = 0, d = 0;
  ADD_KEY(0);
  ROUNDS(10, 26, 11, 21, 13, 27, 23, 5), ADD_KEY(1);
  ROUNDS(6, 20, 17, 11, 25, 10, 18, 20), ADD_KEY(2);
  ROUNDS(10, 26, 11, 21, 13, 27, 23, 5), ADD_KEY(3);
  ROUNDS(6, 20, 17, 11, 25, 10, 18, 20), ADD_KEY(4);
  ROUNDS(10, 26, 11, 21, 13, 27, 23, 5), ADD_KEY(5);
  *w = a, *x = b, *y = c, *z = d;
}

INLINE void pair(float *x, float *y, uint32_t u, uint32_t v, float deviation) {
  int32_t whole = (int32_t)(u >> 1);
  float rest = ((float)(int32_t)(v & 63) + 0.5f) * 0x1p-6f;
  uint32_t bits = to_bits((float)whole + rest) + (0x3f800000 - 0x3f3504f3);
  float below = from_bits((bits & 0x7fffff) + 0x3f3504f3) - 1;
  float near = ((float)(0x7fffffff - whole) + (1 - rest)) * -0x1p-31f;
  float f = choose(-(uint32_t)(bits >> 23 == 127 + 31), near, below);
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  float logarithm = (p * f - 0.5f) * (f * f) + f + (float)((int32_t)(bits >> 23) - (127 + 31)) * 0x1.62e43p-1f;
  float radius = sqrtf(-2 * logarithm) * deviation;

  float angle = (float)(int32_t)((v << 2 & ~0xffu) | 0x80) * 0x1.921fb6p-32f;
  float s = angle * angle;
  float q = -1.9515295891e-4f * s + 8.3321608736e-3f;
  q = q * s - 1.6666654611e-1f;
  float sine = q * s * angle + angle;
  q = 2.443315711809948e-5f * s - 1.388731625493765e-3f;
  q = q * s + 4.166664568298827e-2f;
  float cosine = q * s * s - 0.5f * s + 1;
  cosine = from_bits(to_bits(cosine) ^ (v & 0x80000000));
  uint32_t swap = -(v >> 30 & 1);
  *x = radius * choose(swap, sine, cosine);
  *y = radius * choose(swap, cosine, sine);
}

INLINE void fill(float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation) {
  const uint32_t k[5] = {key[0], key[1], key[2], key[3], 0x1bd11bda ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  for (; groups > 0; groups--, group++, values += 4 * BLOCKS) {
    float *restrict to = values;
    uint32_t words[4][BLOCKS];
    for (int i = 0; i < BLOCKS; i++) block(&words[0][i], &words[1][i], &words[2][i], &words[3][i], k, group * BLOCKS + i);
    for (int i = 0; i < BLOCKS; i++) {
      pair(to + i, to + BLOCKS + i, words[0][i], words[1][i], deviation);
      pair(to + 2 * BLOCKS + i, to + 3 * BLOCKS + i, words[2][i], words[3][i], deviation);
    }
  }
}

// A form is fill, compiled for some vector instructions.
typedef void form(float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation);

#define FORM(name) \
  void name(float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation) { \
    fill(values, groups, key, group, deviation); \
  }

static FORM(baseline)
#ifdef __x86_64__
static __attribute__((target("avx2"))) FORM(avx2)
static __attribute__((target("avx512f"))) FORM(avx512)
static form *const forms[] = {baseline, avx2, avx512};
#else
static form *const forms[] = {baseline};
#endif

void normal_fill(int form, float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation) {
  forms[form](values, groups, key, group, deviation);
}
