#include <cblas.h>
#include "cpeer.h"

// The loops are here so that a timed block is one call from Go.

void cpeer_sgemv(int times, int trans, int m, int n, const float *a, int lda, const float *x, float *y) {
	for (int i = 0; i < times; i++)
		cblas_sgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda, x, 1, 0, y, 1);
}

void cpeer_dgemv(int times, int trans, int m, int n, const double *a, int lda, const double *x, double *y) {
	for (int i = 0; i < times; i++)
		cblas_dgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda, x, 1, 0, y, 1);
}

void cpeer_sger(int times, int m, int n, float alpha, const float *x, const float *y, float *a, int lda) {
	for (int i = 0; i < times; i++)
		cblas_sger(CblasRowMajor, m, n, alpha, x, 1, y, 1, a, lda);
}

void cpeer_dger(int times, int m, int n, double alpha, const double *x, const double *y, double *a, int lda) {
	for (int i = 0; i < times; i++)
		cblas_dger(CblasRowMajor, m, n, alpha, x, 1, y, 1, a, lda);
}

void cpeer_sgemm(int times, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
	for (int i = 0; i < times; i++)
		cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cpeer_dgemm(int times, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc) {
	for (int i = 0; i < times; i++)
		cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

static volatile double sink;

void cpeer_sdot(int times, int n, const float *x, const float *y) {
	for (int i = 0; i < times; i++)
		sink = cblas_sdot(n, x, 1, y, 1);
}

void cpeer_ddot(int times, int n, const double *x, const double *y) {
	for (int i = 0; i < times; i++)
		sink = cblas_ddot(n, x, 1, y, 1);
}

void cpeer_saxpy(int times, int n, float alpha, const float *x, float *y) {
	for (int i = 0; i < times; i++)
		cblas_saxpy(n, alpha, x, 1, y, 1);
}

void cpeer_daxpy(int times, int n, double alpha, const double *x, double *y) {
	for (int i = 0; i < times; i++)
		cblas_daxpy(n, alpha, x, 1, y, 1);
}

void cpeer_sscal(int times, int n, float alpha, float *x) {
	for (int i = 0; i < times; i++)
		cblas_sscal(n, alpha, x, 1);
}

void cpeer_dscal(int times, int n, double alpha, double *x) {
	for (int i = 0; i < times; i++)
		cblas_dscal(n, alpha, x, 1);
}
