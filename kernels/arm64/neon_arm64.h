// NEON instructions that Go's arm64 assembler does not know, as WORD macros.
// Arguments are register numbers in Go's order, sources first: VFSUB_S4(m, n, d)
// is fsub vd.4s, vn.4s, vm.4s. All are part of every ARMv8-A. tools/gen tests
// each of them against its comment.

#define VFADD_S4(m, n, d) WORD $(0x4E20D400 | (m)<<16 | (n)<<5 | (d)) // fadd vd.4s, vn.4s, vm.4s
#define VFADD_D2(m, n, d) WORD $(0x4E60D400 | (m)<<16 | (n)<<5 | (d)) // fadd vd.2d, vn.2d, vm.2d
#define VFSUB_S4(m, n, d) WORD $(0x4EA0D400 | (m)<<16 | (n)<<5 | (d)) // fsub vd.4s, vn.4s, vm.4s
#define VFSUB_D2(m, n, d) WORD $(0x4EE0D400 | (m)<<16 | (n)<<5 | (d)) // fsub vd.2d, vn.2d, vm.2d
#define VFMUL_S4(m, n, d) WORD $(0x6E20DC00 | (m)<<16 | (n)<<5 | (d)) // fmul vd.4s, vn.4s, vm.4s
#define VFMUL_D2(m, n, d) WORD $(0x6E60DC00 | (m)<<16 | (n)<<5 | (d)) // fmul vd.2d, vn.2d, vm.2d
#define VFDIV_S4(m, n, d) WORD $(0x6E20FC00 | (m)<<16 | (n)<<5 | (d)) // fdiv vd.4s, vn.4s, vm.4s
#define VFDIV_D2(m, n, d) WORD $(0x6E60FC00 | (m)<<16 | (n)<<5 | (d)) // fdiv vd.2d, vn.2d, vm.2d
#define VFMAX_S4(m, n, d) WORD $(0x4E20F400 | (m)<<16 | (n)<<5 | (d)) // fmax vd.4s, vn.4s, vm.4s
#define VFMAX_D2(m, n, d) WORD $(0x4E60F400 | (m)<<16 | (n)<<5 | (d)) // fmax vd.2d, vn.2d, vm.2d
#define VFMIN_S4(m, n, d) WORD $(0x4EA0F400 | (m)<<16 | (n)<<5 | (d)) // fmin vd.4s, vn.4s, vm.4s
#define VFMIN_D2(m, n, d) WORD $(0x4EE0F400 | (m)<<16 | (n)<<5 | (d)) // fmin vd.2d, vn.2d, vm.2d
#define VFADDP_S4(m, n, d) WORD $(0x6E20D400 | (m)<<16 | (n)<<5 | (d)) // faddp vd.4s, vn.4s, vm.4s
#define VFADDP_D2(m, n, d) WORD $(0x6E60D400 | (m)<<16 | (n)<<5 | (d)) // faddp vd.2d, vn.2d, vm.2d
#define VFCMEQ_S4(m, n, d) WORD $(0x4E20E400 | (m)<<16 | (n)<<5 | (d)) // fcmeq vd.4s, vn.4s, vm.4s
#define VFCMEQ_D2(m, n, d) WORD $(0x4E60E400 | (m)<<16 | (n)<<5 | (d)) // fcmeq vd.2d, vn.2d, vm.2d
#define VFCMGE_S4(m, n, d) WORD $(0x6E20E400 | (m)<<16 | (n)<<5 | (d)) // fcmge vd.4s, vn.4s, vm.4s
#define VFCMGE_D2(m, n, d) WORD $(0x6E60E400 | (m)<<16 | (n)<<5 | (d)) // fcmge vd.2d, vn.2d, vm.2d
#define VFCMGT_S4(m, n, d) WORD $(0x6EA0E400 | (m)<<16 | (n)<<5 | (d)) // fcmgt vd.4s, vn.4s, vm.4s
#define VFCMGT_D2(m, n, d) WORD $(0x6EE0E400 | (m)<<16 | (n)<<5 | (d)) // fcmgt vd.2d, vn.2d, vm.2d
#define VFACGE_S4(m, n, d) WORD $(0x6E20EC00 | (m)<<16 | (n)<<5 | (d)) // facge vd.4s, vn.4s, vm.4s
#define VFACGE_D2(m, n, d) WORD $(0x6E60EC00 | (m)<<16 | (n)<<5 | (d)) // facge vd.2d, vn.2d, vm.2d
#define VCMHI_S4(m, n, d) WORD $(0x6EA03400 | (m)<<16 | (n)<<5 | (d)) // cmhi vd.4s, vn.4s, vm.4s
#define VCMHI_D2(m, n, d) WORD $(0x6EE03400 | (m)<<16 | (n)<<5 | (d)) // cmhi vd.2d, vn.2d, vm.2d
#define VFACGT_S4(m, n, d) WORD $(0x6EA0EC00 | (m)<<16 | (n)<<5 | (d)) // facgt vd.4s, vn.4s, vm.4s
#define VFACGT_D2(m, n, d) WORD $(0x6EE0EC00 | (m)<<16 | (n)<<5 | (d)) // facgt vd.2d, vn.2d, vm.2d
#define VFSQRT_S4(n, d) WORD $(0x6EA1F800 | (n)<<5 | (d)) // fsqrt vd.4s, vn.4s
#define VFSQRT_D2(n, d) WORD $(0x6EE1F800 | (n)<<5 | (d)) // fsqrt vd.2d, vn.2d
#define VFNEG_S4(n, d) WORD $(0x6EA0F800 | (n)<<5 | (d)) // fneg vd.4s, vn.4s
#define VFNEG_D2(n, d) WORD $(0x6EE0F800 | (n)<<5 | (d)) // fneg vd.2d, vn.2d
#define VFABS_S4(n, d) WORD $(0x4EA0F800 | (n)<<5 | (d)) // fabs vd.4s, vn.4s
#define VFABS_D2(n, d) WORD $(0x4EE0F800 | (n)<<5 | (d)) // fabs vd.2d, vn.2d
#define VFRINTN_S4(n, d) WORD $(0x4E218800 | (n)<<5 | (d)) // frintn vd.4s, vn.4s
#define VFRINTN_D2(n, d) WORD $(0x4E618800 | (n)<<5 | (d)) // frintn vd.2d, vn.2d
#define VFRINTM_S4(n, d) WORD $(0x4E219800 | (n)<<5 | (d)) // frintm vd.4s, vn.4s
#define VFRINTM_D2(n, d) WORD $(0x4E619800 | (n)<<5 | (d)) // frintm vd.2d, vn.2d
#define VFRINTP_S4(n, d) WORD $(0x4EA18800 | (n)<<5 | (d)) // frintp vd.4s, vn.4s
#define VFRINTP_D2(n, d) WORD $(0x4EE18800 | (n)<<5 | (d)) // frintp vd.2d, vn.2d
#define VFMUL_S4_E0(m, n, d) WORD $(0x4F809000 | (m)<<16 | (n)<<5 | (d)) // fmul vd.4s, vn.4s, vm.s[0]
#define VFMUL_D2_E0(m, n, d) WORD $(0x4FC09000 | (m)<<16 | (n)<<5 | (d)) // fmul vd.2d, vn.2d, vm.d[0]
#define VFMLA_S4_E0(m, n, d) WORD $(0x4F801000 | (m)<<16 | (n)<<5 | (d)) // fmla vd.4s, vn.4s, vm.s[0]
#define VFMLA_D2_E0(m, n, d) WORD $(0x4FC01000 | (m)<<16 | (n)<<5 | (d)) // fmla vd.2d, vn.2d, vm.d[0]
#define VBIC_B16(m, n, d) WORD $(0x4E601C00 | (m)<<16 | (n)<<5 | (d)) // bic vd.16b, vn.16b, vm.16b
#define VUMINV_S4(n, d) WORD $(0x6EB1A800 | (n)<<5 | (d)) // uminv sd, vn.4s
#define VMUL_S4(m, n, d) WORD $(0x4EA09C00 | (m)<<16 | (n)<<5 | (d)) // mul vd.4s, vn.4s, vm.4s
#define VCMHS_S4(m, n, d) WORD $(0x6EA03C00 | (m)<<16 | (n)<<5 | (d)) // cmhs vd.4s, vn.4s, vm.4s
#define VSXTL_D2(n, d) WORD $(0x0F20A400 | (n)<<5 | (d)) // sxtl vd.2d, vn.2s
#define VSXTL2_D2(n, d) WORD $(0x4F20A400 | (n)<<5 | (d)) // sxtl2 vd.2d, vn.4s
#define VFCVTN_D2(n, d) WORD $(0x0E616800 | (n)<<5 | (d)) // fcvtn vd.2s, vn.2d
#define VFCVTN2_D2(n, d) WORD $(0x4E616800 | (n)<<5 | (d)) // fcvtn2 vd.4s, vn.2d
#define VFCVTN_S4(n, d) WORD $(0x0E216800 | (n)<<5 | (d)) // fcvtn vd.4h, vn.4s
#define VFCVTN2_S4(n, d) WORD $(0x4E216800 | (n)<<5 | (d)) // fcvtn2 vd.8h, vn.4s
#define VFCVTXN_D2(n, d) WORD $(0x2E616800 | (n)<<5 | (d)) // fcvtxn vd.2s, vn.2d
#define VFCVTXN2_D2(n, d) WORD $(0x6E616800 | (n)<<5 | (d)) // fcvtxn2 vd.4s, vn.2d
#define VFCVTL_S4(n, d) WORD $(0x0E217800 | (n)<<5 | (d)) // fcvtl vd.4s, vn.4h
#define VFCVTL2_S4(n, d) WORD $(0x4E217800 | (n)<<5 | (d)) // fcvtl2 vd.4s, vn.8h
#define VFCVTL_D2(n, d) WORD $(0x0E617800 | (n)<<5 | (d)) // fcvtl vd.2d, vn.2s
#define VFCVTL2_D2(n, d) WORD $(0x4E617800 | (n)<<5 | (d)) // fcvtl2 vd.2d, vn.4s
