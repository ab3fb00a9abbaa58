// The libraries of BLAS. MKL is there once cpeer_load_mkl has loaded it; that returns what is
// wrong, or NULL.
enum { CPEER_OPENBLAS, CPEER_MKL };
const char *cpeer_load_mkl(const char *path);
const char *cpeer_mkl_version(void); // a sentence of MKL's, "" if it isn't loaded

void cpeer_sgemv(int lib, int times, int trans, int m, int n, const float *a, int lda, const float *x, float *y);
void cpeer_dgemv(int lib, int times, int trans, int m, int n, const double *a, int lda, const double *x, double *y);
void cpeer_sger(int lib, int times, int m, int n, float alpha, const float *x, const float *y, float *a, int lda);
void cpeer_dger(int lib, int times, int m, int n, double alpha, const double *x, const double *y, double *a, int lda);
void cpeer_sgemm(int lib, int times, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void cpeer_dgemm(int lib, int times, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);
void cpeer_sdot(int lib, int times, int n, const float *x, const float *y);
void cpeer_ddot(int lib, int times, int n, const double *x, const double *y);
void cpeer_saxpy(int lib, int times, int n, float alpha, const float *x, float *y);
void cpeer_daxpy(int lib, int times, int n, double alpha, const double *x, double *y);
void cpeer_sscal(int lib, int times, int n, float alpha, float *x);
void cpeer_dscal(int lib, int times, int n, double alpha, double *x);

enum { CPEER_EXP, CPEER_LOG, CPEER_SIGMOID, CPEER_TANH, CPEER_RELU, CPEER_FUNCTIONS };

// Elementwise loops over glibc's libmvec and over SLEEF (u10: at most 1 ulp). They
// return 0, having done nothing, where the CPU lacks AVX-512 and AVX2.
int cpeer_libmvec(int times, int f, int n, float *dst, const float *z);
int cpeer_sleef(int times, int f, int n, float *dst, const float *z);

// The same with MKL's functions of vectors (at most 1 ulp); 0 where MKL isn't loaded or has
// no such function.
int cpeer_vml(int times, int f, int n, float *dst, const float *z);

// A multilayer perceptron of layers 1 to L; widths has L+1 numbers. Hidden layers
// have sigmoid or relu; the output has sigmoid with the quadratic cost, or softmax
// with its cross-entropy.
typedef struct {
	int L;
	int widths[8];
	int relu;    // else sigmoid
	int softmax; // else sigmoid with quadratic cost
	int batch;
	float *w[8], *b[8];                // parameters, from 1
	float *z[8], *a[8], *delta[8];     // batch × width, from 1
	float *x, *t;                      // gathered samples
} cpeer_net;

cpeer_net *cpeer_new(int L, const int *widths, int relu, int softmax, int batch);
void cpeer_free(cpeer_net *n);

// Takes steps on mini-batches of count samples from the rows of x and t, from
// sample *next on, cyclically. If order is not NULL, samples are taken in that
// order and gathered.
void cpeer_train(cpeer_net *n, int steps, float eta, const float *x, const float *t, int count, const int *order, int *next);

// The forward pass alone, over the same samples.
void cpeer_forward(cpeer_net *n, int steps, const float *x, int count, int *next);
