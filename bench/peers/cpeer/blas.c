#include <cblas.h>
#include <dlfcn.h>
#include <stddef.h>
#include "cpeer.h"

// The functions of one library. MKL's have the names of OpenBLAS's, so they are looked up
// in a library that is loaded on its own.
typedef struct {
	__typeof__(&cblas_sgemv) sgemv;
	__typeof__(&cblas_dgemv) dgemv;
	__typeof__(&cblas_sger) sger;
	__typeof__(&cblas_dger) dger;
	__typeof__(&cblas_sgemm) sgemm;
	__typeof__(&cblas_dgemm) dgemm;
	__typeof__(&cblas_sdot) sdot;
	__typeof__(&cblas_ddot) ddot;
	__typeof__(&cblas_saxpy) saxpy;
	__typeof__(&cblas_daxpy) daxpy;
	__typeof__(&cblas_sscal) sscal;
	__typeof__(&cblas_dscal) dscal;
} functions;

static functions libraries[] = {
	[CPEER_OPENBLAS] = {cblas_sgemv, cblas_dgemv, cblas_sger, cblas_dger, cblas_sgemm, cblas_dgemm, cblas_sdot, cblas_ddot, cblas_saxpy, cblas_daxpy, cblas_sscal, cblas_dscal},
	[CPEER_MKL] = {0},
};

// Functions of vectors in MKL, with the mode that is within 1 ulp.
typedef void (*vector)(int n, const float *z, float *dst, long long mode);
static vector vml[CPEER_FUNCTIONS];
static const long long high_accuracy = 2;

static char version[200];

const char *cpeer_load_mkl(const char *path) {
	void *mkl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (mkl == NULL)
		return dlerror();
	struct { const char *name; void **to; } all[] = {
		{"cblas_sgemv", (void **)&libraries[CPEER_MKL].sgemv}, {"cblas_dgemv", (void **)&libraries[CPEER_MKL].dgemv},
		{"cblas_sger", (void **)&libraries[CPEER_MKL].sger}, {"cblas_dger", (void **)&libraries[CPEER_MKL].dger},
		{"cblas_sgemm", (void **)&libraries[CPEER_MKL].sgemm}, {"cblas_dgemm", (void **)&libraries[CPEER_MKL].dgemm},
		{"cblas_sdot", (void **)&libraries[CPEER_MKL].sdot}, {"cblas_ddot", (void **)&libraries[CPEER_MKL].ddot},
		{"cblas_saxpy", (void **)&libraries[CPEER_MKL].saxpy}, {"cblas_daxpy", (void **)&libraries[CPEER_MKL].daxpy},
		{"cblas_sscal", (void **)&libraries[CPEER_MKL].sscal}, {"cblas_dscal", (void **)&libraries[CPEER_MKL].dscal},
		{"vmsExp", (void **)&vml[CPEER_EXP]}, {"vmsLn", (void **)&vml[CPEER_LOG]}, {"vmsTanh", (void **)&vml[CPEER_TANH]},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((*all[i].to = dlsym(mkl, all[i].name)) == NULL)
			return dlerror();
	void (*get)(char *, int) = (void (*)(char *, int))dlsym(mkl, "MKL_Get_Version_String");
	if (get != NULL)
		get(version, sizeof version - 1);
	return NULL;
}

const char *cpeer_mkl_version(void) { return version; }

int cpeer_vml(int times, int f, int n, float *dst, const float *z) {
	if (vml[f] == NULL)
		return 0;
	for (int i = 0; i < times; i++)
		vml[f](n, z, dst, high_accuracy);
	return 1;
}

// The loops are here so that a timed block is one call from Go.

void cpeer_sgemv(int lib, int times, int trans, int m, int n, const float *a, int lda, const float *x, float *y) {
	for (int i = 0; i < times; i++)
		libraries[lib].sgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda, x, 1, 0, y, 1);
}

void cpeer_dgemv(int lib, int times, int trans, int m, int n, const double *a, int lda, const double *x, double *y) {
	for (int i = 0; i < times; i++)
		libraries[lib].dgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda, x, 1, 0, y, 1);
}

void cpeer_sger(int lib, int times, int m, int n, float alpha, const float *x, const float *y, float *a, int lda) {
	for (int i = 0; i < times; i++)
		libraries[lib].sger(CblasRowMajor, m, n, alpha, x, 1, y, 1, a, lda);
}

void cpeer_dger(int lib, int times, int m, int n, double alpha, const double *x, const double *y, double *a, int lda) {
	for (int i = 0; i < times; i++)
		libraries[lib].dger(CblasRowMajor, m, n, alpha, x, 1, y, 1, a, lda);
}

void cpeer_sgemm(int lib, int times, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
	for (int i = 0; i < times; i++)
		libraries[lib].sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void cpeer_dgemm(int lib, int times, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc) {
	for (int i = 0; i < times; i++)
		libraries[lib].dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

static volatile double sink;

void cpeer_sdot(int lib, int times, int n, const float *x, const float *y) {
	for (int i = 0; i < times; i++)
		sink = libraries[lib].sdot(n, x, 1, y, 1);
}

void cpeer_ddot(int lib, int times, int n, const double *x, const double *y) {
	for (int i = 0; i < times; i++)
		sink = libraries[lib].ddot(n, x, 1, y, 1);
}

void cpeer_saxpy(int lib, int times, int n, float alpha, const float *x, float *y) {
	for (int i = 0; i < times; i++)
		libraries[lib].saxpy(n, alpha, x, 1, y, 1);
}

void cpeer_daxpy(int lib, int times, int n, double alpha, const double *x, double *y) {
	for (int i = 0; i < times; i++)
		libraries[lib].daxpy(n, alpha, x, 1, y, 1);
}

void cpeer_sscal(int lib, int times, int n, float alpha, float *x) {
	for (int i = 0; i < times; i++)
		libraries[lib].sscal(n, alpha, x, 1);
}

void cpeer_dscal(int lib, int times, int n, double alpha, double *x) {
	for (int i = 0; i < times; i++)
		libraries[lib].dscal(n, alpha, x, 1);
}
