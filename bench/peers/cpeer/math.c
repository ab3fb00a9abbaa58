// Elementwise functions over libmvec, which GCC calls in loops like these, and
// over SLEEF. Each is compiled for AVX-512 and for AVX2.
#include <immintrin.h>
#include <math.h>
#include "cpeer.h"

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma,prefer-vector-width=512")))
#define AVX2 __attribute__((target("avx2,fma")))

#define LOOP(NAME, TARGET, EXPR)                                                       \
	TARGET __attribute__((noinline)) static void NAME(int n, float *restrict dst, const float *restrict z) { \
		for (int i = 0; i < n; i++) {                                          \
			float x = z[i];                                                \
			dst[i] = (EXPR);                                               \
		}                                                                      \
	}

LOOP(expWide, AVX512, expf(x))
LOOP(expNarrow, AVX2, expf(x))
LOOP(logWide, AVX512, logf(x))
LOOP(logNarrow, AVX2, logf(x))
LOOP(sigmoidWide, AVX512, 1 / (1 + expf(-x)))
LOOP(sigmoidNarrow, AVX2, 1 / (1 + expf(-x)))
LOOP(tanhWide, AVX512, tanhf(x))
LOOP(tanhNarrow, AVX2, tanhf(x))
LOOP(reluWide, AVX512, x > 0 ? x : 0)
LOOP(reluNarrow, AVX2, x > 0 ? x : 0)

typedef void (*loop)(int, float *restrict, const float *restrict);

static int run(const loop wide[], const loop narrow[], int times, int f, int n, float *dst, const float *z) {
	loop l;
	if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
		l = wide[f];
	else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		l = narrow[f];
	else
		return 0;
	for (int i = 0; i < times; i++)
		l(n, dst, z);
	return 1;
}

int cpeer_libmvec(int times, int f, int n, float *dst, const float *z) {
	static const loop wide[] = {expWide, logWide, sigmoidWide, tanhWide, reluWide};
	static const loop narrow[] = {expNarrow, logNarrow, sigmoidNarrow, tanhNarrow, reluNarrow};
	return run(wide, narrow, times, f, n, dst, z);
}

// SLEEF's header declares what the whole file is compiled for; these are all it takes.
AVX512 __m512 Sleef_expf16_u10avx512f(__m512);
AVX512 __m512 Sleef_logf16_u10avx512f(__m512);
AVX512 __m512 Sleef_tanhf16_u10avx512f(__m512);
AVX2 __m256 Sleef_expf8_u10avx2(__m256);
AVX2 __m256 Sleef_logf8_u10avx2(__m256);
AVX2 __m256 Sleef_tanhf8_u10avx2(__m256);
float Sleef_expf_u10(float), Sleef_logf_u10(float), Sleef_tanhf_u10(float);

#define SLEEF512(NAME, EXPR)                                                           \
	AVX512 __attribute__((noinline)) static void NAME(int n, float *restrict dst, const float *restrict z) { \
		const __m512 one = _mm512_set1_ps(1), zero = _mm512_setzero_ps();      \
		(void)one, (void)zero;                                                 \
		for (int i = 0; i < n; i += 16) {                                      \
			__mmask16 m = n - i >= 16 ? 0xffff : (1 << (n - i)) - 1;       \
			__m512 x = _mm512_maskz_loadu_ps(m, z + i);                    \
			_mm512_mask_storeu_ps(dst + i, m, EXPR);                       \
		}                                                                      \
	}
SLEEF512(sexpWide, Sleef_expf16_u10avx512f(x))
SLEEF512(slogWide, Sleef_logf16_u10avx512f(x))
SLEEF512(ssigmoidWide, _mm512_div_ps(one, _mm512_add_ps(one, Sleef_expf16_u10avx512f(_mm512_sub_ps(zero, x)))))
SLEEF512(stanhWide, Sleef_tanhf16_u10avx512f(x))

#define SLEEF2(NAME, EXPR, SCALAR)                                                     \
	AVX2 __attribute__((noinline)) static void NAME(int n, float *restrict dst, const float *restrict z) { \
		const __m256 one = _mm256_set1_ps(1), zero = _mm256_setzero_ps();      \
		(void)one, (void)zero;                                                 \
		int i = 0;                                                             \
		for (; i + 8 <= n; i += 8) {                                           \
			__m256 x = _mm256_loadu_ps(z + i);                             \
			_mm256_storeu_ps(dst + i, EXPR);                               \
		}                                                                      \
		for (; i < n; i++) {                                                   \
			float x = z[i];                                                \
			dst[i] = SCALAR;                                               \
		}                                                                      \
	}
SLEEF2(sexp2, Sleef_expf8_u10avx2(x), Sleef_expf_u10(x))
SLEEF2(slog2, Sleef_logf8_u10avx2(x), Sleef_logf_u10(x))
SLEEF2(ssigmoid2, _mm256_div_ps(one, _mm256_add_ps(one, Sleef_expf8_u10avx2(_mm256_sub_ps(zero, x)))), 1 / (1 + Sleef_expf_u10(-x)))
SLEEF2(stanh2, Sleef_tanhf8_u10avx2(x), Sleef_tanhf_u10(x))

int cpeer_sleef(int times, int f, int n, float *dst, const float *z) {
	static const loop wide[] = {sexpWide, slogWide, ssigmoidWide, stanhWide, reluWide};
	static const loop narrow[] = {sexp2, slog2, ssigmoid2, stanh2, reluNarrow};
	return run(wide, narrow, times, f, n, dst, z);
}
