// A plain trainer on OpenBLAS: no framework, no allocation, and one call of BLAS
// for each product. A batch of one sample goes through gemv and ger.
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cpeer.h"

static float *floats(size_t n) {
	void *p = aligned_alloc(64, (n * sizeof(float) + 127) / 64 * 64);
	memset(p, 0, n * sizeof(float));
	return p;
}

cpeer_net *cpeer_new(int L, const int *widths, int relu, int softmax, int batch) {
	cpeer_net *n = calloc(1, sizeof *n);
	n->L = L, n->relu = relu, n->softmax = softmax, n->batch = batch;
	memcpy(n->widths, widths, (L + 1) * sizeof *widths);
	for (int i = 1; i <= L; i++) {
		n->w[i] = floats((size_t)widths[i] * widths[i - 1]);
		n->b[i] = floats(widths[i]);
		n->z[i] = floats((size_t)batch * widths[i]);
		n->a[i] = floats((size_t)batch * widths[i]);
		n->delta[i] = floats((size_t)batch * widths[i]);
	}
	n->x = floats((size_t)batch * widths[0]);
	n->t = floats((size_t)batch * widths[L]);
	return n;
}

void cpeer_free(cpeer_net *n) {
	for (int i = 1; i <= n->L; i++) {
		free(n->w[i]), free(n->b[i]), free(n->z[i]), free(n->a[i]), free(n->delta[i]);
	}
	free(n->x), free(n->t), free(n);
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void sigmoid(int n, float *restrict a, const float *restrict z) {
	for (int i = 0; i < n; i++)
		a[i] = 1 / (1 + expf(-z[i]));
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void relu(int n, float *restrict a, const float *restrict z) {
	for (int i = 0; i < n; i++)
		a[i] = z[i] > 0 ? z[i] : 0;
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void softmax(int n, float *restrict a, const float *restrict z) {
	float max = z[0], sum = 0;
	for (int i = 1; i < n; i++)
		max = z[i] > max ? z[i] : max;
	for (int i = 0; i < n; i++)
		a[i] = expf(z[i] - max), sum += a[i];
	for (int i = 0; i < n; i++)
		a[i] /= sum;
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void sigmoid_prime(int n, float *restrict d, const float *restrict a) {
	for (int i = 0; i < n; i++)
		d[i] *= a[i] * (1 - a[i]);
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void relu_prime(int n, float *restrict d, const float *restrict a) {
	for (int i = 0; i < n; i++)
		d[i] = a[i] > 0 ? d[i] : 0;
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void sub(int n, float *restrict d, const float *restrict a, const float *restrict t) {
	for (int i = 0; i < n; i++)
		d[i] = a[i] - t[i];
}

__attribute__((target_clones("avx512f", "avx2", "default")))
static void add_rows(int m, int n, float alpha, float *restrict b, const float *restrict d) {
	for (int k = 0; k < m; k++)
		for (int j = 0; j < n; j++)
			b[j] += alpha * d[k * n + j];
}

static const float *forward(cpeer_net *n, const float *x) {
	const int m = n->batch;
	for (int i = 1; i <= n->L; i++) {
		const int in = n->widths[i - 1], out = n->widths[i];
		float *z = n->z[i], *a = n->a[i];
		for (int k = 0; k < m; k++)
			memcpy(z + k * out, n->b[i], out * sizeof *z);
		if (m == 1)
			cblas_sgemv(CblasRowMajor, CblasNoTrans, out, in, 1, n->w[i], in, x, 1, 1, z, 1);
		else
			cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, out, in, 1, x, in, n->w[i], in, 1, z, out);
		if (i == n->L && n->softmax)
			for (int k = 0; k < m; k++)
				softmax(out, a + k * out, z + k * out);
		else if (i == n->L || !n->relu)
			sigmoid(m * out, a, z);
		else
			relu(m * out, a, z);
		x = a;
	}
	return x;
}

static void step(cpeer_net *n, float eta, const float *x, const float *t) {
	const int m = n->batch, L = n->L;
	forward(n, x);
	sub(m * n->widths[L], n->delta[L], n->a[L], t);
	if (!n->softmax)
		sigmoid_prime(m * n->widths[L], n->delta[L], n->a[L]);
	for (int i = L - 1; i >= 1; i--) {
		const int in = n->widths[i], out = n->widths[i + 1];
		if (m == 1)
			cblas_sgemv(CblasRowMajor, CblasTrans, out, in, 1, n->w[i + 1], in, n->delta[i + 1], 1, 0, n->delta[i], 1);
		else
			cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, in, out, 1, n->delta[i + 1], out, n->w[i + 1], in, 0, n->delta[i], in);
		if (n->relu)
			relu_prime(m * in, n->delta[i], n->a[i]);
		else
			sigmoid_prime(m * in, n->delta[i], n->a[i]);
	}
	const float alpha = -eta / m;
	for (int i = 1; i <= L; i++) {
		const int in = n->widths[i - 1], out = n->widths[i];
		const float *a = i == 1 ? x : n->a[i - 1];
		if (m == 1)
			cblas_sger(CblasRowMajor, out, in, alpha, n->delta[i], 1, a, 1, n->w[i], in);
		else
			cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, m, alpha, n->delta[i], out, a, in, 1, n->w[i], in);
		add_rows(m, out, alpha, n->b[i], n->delta[i]);
	}
}

void cpeer_train(cpeer_net *n, int steps, float eta, const float *x, const float *t, int count, const int *order, int *next) {
	const int in = n->widths[0], out = n->widths[n->L], m = n->batch;
	for (int s = 0; s < steps; s++) {
		if (*next + m > count)
			*next = 0;
		const float *bx = x + (size_t)*next * in, *bt = t + (size_t)*next * out;
		if (order) {
			for (int k = 0; k < m; k++) {
				const size_t i = order[*next + k];
				memcpy(n->x + k * in, x + i * in, in * sizeof *x);
				memcpy(n->t + k * out, t + i * out, out * sizeof *t);
			}
			bx = n->x, bt = n->t;
		}
		step(n, eta, bx, bt);
		*next += m;
	}
}

void cpeer_forward(cpeer_net *n, int steps, const float *x, int count, int *next) {
	for (int s = 0; s < steps; s++) {
		if (*next + n->batch > count)
			*next = 0;
		forward(n, x + (size_t)*next * n->widths[0]);
		*next += n->batch;
	}
}
