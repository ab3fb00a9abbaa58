package gonum

import (
	"testing"

	"gonum.org/v1/gonum/blas/testblas"
)

// TestSuite is gonum's own suite, which knows float64 only.
func TestSuite(t *testing.T) {
	var b BLAS
	for name, test := range map[string]func(*testing.T){
		"Dasum":  func(t *testing.T) { testblas.DasumTest(t, b) },
		"Daxpy":  func(t *testing.T) { testblas.DaxpyTest(t, b) },
		"Ddot":   func(t *testing.T) { testblas.DdotTest(t, b) },
		"Dnrm2":  func(t *testing.T) { testblas.Dnrm2Test(t, b) },
		"Idamax": func(t *testing.T) { testblas.IdamaxTest(t, b) },
		"Dswap":  func(t *testing.T) { testblas.DswapTest(t, b) },
		"Dcopy":  func(t *testing.T) { testblas.DcopyTest(t, b) },
		"Drotg":  func(t *testing.T) { testblas.DrotgTest(t, b, false) },
		"Drotmg": func(t *testing.T) { testblas.DrotmgTest(t, b) },
		"Drot":   func(t *testing.T) { testblas.DrotTest(t, b) },
		"Drotm":  func(t *testing.T) { testblas.DrotmTest(t, b) },
		"Dscal":  func(t *testing.T) { testblas.DscalTest(t, b) },
		"Dgemv":  func(t *testing.T) { testblas.DgemvTest(t, b) },
		"Dger":   func(t *testing.T) { testblas.DgerTest(t, b) },
		"Dtxmv":  func(t *testing.T) { testblas.DtxmvTest(t, b) },
		"Dgbmv":  func(t *testing.T) { testblas.DgbmvTest(t, b) },
		"Dtbsv":  func(t *testing.T) { testblas.DtbsvTest(t, b) },
		"Dsbmv":  func(t *testing.T) { testblas.DsbmvTest(t, b) },
		"Dtbmv":  func(t *testing.T) { testblas.DtbmvTest(t, b) },
		"Dtrsv":  func(t *testing.T) { testblas.DtrsvTest(t, b) },
		"Dtrmv":  func(t *testing.T) { testblas.DtrmvTest(t, b) },
		"Dsymv":  func(t *testing.T) { testblas.DsymvTest(t, b) },
		"Dsyr":   func(t *testing.T) { testblas.DsyrTest(t, b) },
		"Dsyr2":  func(t *testing.T) { testblas.Dsyr2Test(t, b) },
		"Dspr2":  func(t *testing.T) { testblas.Dspr2Test(t, b) },
		"Dspr":   func(t *testing.T) { testblas.DsprTest(t, b) },
		"Dspmv":  func(t *testing.T) { testblas.DspmvTest(t, b) },
		"Dtpsv":  func(t *testing.T) { testblas.DtpsvTest(t, b) },
		"Dtpmv":  func(t *testing.T) { testblas.DtpmvTest(t, b) },
		"Dgemm":  func(t *testing.T) { testblas.TestDgemm(t, b) },
		"Dsymm":  func(t *testing.T) { testblas.DsymmTest(t, b) },
		"Dtrsm":  func(t *testing.T) { testblas.DtrsmTest(t, b) },
		"Dsyrk":  func(t *testing.T) { testblas.DsyrkTest(t, b) },
		"Dsyr2k": func(t *testing.T) { testblas.Dsyr2kTest(t, b) },
		"Dtrmm":  func(t *testing.T) { testblas.DtrmmTest(t, b) },
	} {
		t.Run(name, test)
	}
}
