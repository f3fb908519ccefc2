//! Bits that Go 1.26 has on amd64, most of them where the system's mathematical library has others.

use super::*;

type OfOne = (&'static str, fn(f64) -> f64, [(u64, u64); 4]);
type OfTwo = (&'static str, fn(f64, f64) -> f64, [(u64, u64, u64); 4]);

const OF_ONE: &[OfOne] = &[
    (
        "exp",
        exp,
        [
            (0xc061_8c00_0000_0000, 0x3346_578a_78f9_8382),
            (0x3fe4_802b_3213_fa1c, 0x3ffe_5d00_9628_0adf),
            (0xbfd3_9604_5751_a4fc, 0x3fe7_904a_528b_fea8),
            (0xc063_bc00_0000_0000, 0x31b2_d301_fee9_f308),
        ],
    ),
    (
        "ln",
        ln,
        [
            (0x3fca_d20e_3207_91e8, 0xbff9_017c_4655_b2de),
            (0x3fe4_7d42_6314_e3bc, 0xbfdc_8888_c082_aef0),
            (0x4004_e708_ad91_fe88, 0x3fee_bbcf_7d4b_b790),
            (0x02cf_aab2_275a_b7c9, 0xc085_2f44_6c9b_d91d),
        ],
    ),
    (
        "log2",
        log2,
        [
            (0x3fd0_a822_e2dc_8c94, 0xbfff_1246_ecca_3758),
            (0x405b_7800_0000_0000, 0x401b_1e6e_c029_98b6),
            (0x3fee_0e12_0200_f7ce, 0xbfb7_28f4_d9c2_36a1),
            (0x41e0_fa38_dd91_f78f, 0x403f_15e6_5b00_dda1),
        ],
    ),
    (
        "log10",
        log10,
        [
            (0x25f2_8ed9_c632_479d, 0xc05f_4a80_11e1_d880),
            (0x405d_3836_fe78_bcfe, 0x4000_8ab8_2c84_caf2),
            (0x3ff6_a357_f15f_1f51, 0x3fc3_4ac4_97ca_4a21),
            (0x4066_3400_0000_0000, 0x4001_fefc_0036_4a55),
        ],
    ),
    (
        "sin",
        sin,
        [
            (0x3feb_487f_8ca0_1efc, 0x3fe8_1886_557c_652a),
            (0x41de_62ee_ca81_6469, 0x3fe7_173e_b950_4eb4),
            (0x4533_4ea6_59b7_6d9a, 0x3fd3_24a0_f88f_4259),
            (0xbfc7_0d15_4aa2_2538, 0xbfc6_ed3c_ff94_ea5b),
        ],
    ),
    (
        "cos",
        cos,
        [
            (0xbfea_60c6_c053_114d, 0x3fe5_bade_40c2_82e1),
            (0x3fe0_ccd3_41e5_e71b, 0x3feb_b0b8_9928_7903),
            (0xea0e_4437_79cc_aea8, 0x3fe4_4461_6d4c_46fe),
            (0x3fef_7ee3_79b1_8578, 0x3fe1_b63e_ec67_b297),
        ],
    ),
    (
        "tan",
        tan,
        [
            (0x41e2_f0af_cd34_3e76, 0xbff5_f700_5cb0_f074),
            (0x41e2_162e_4353_b4c8, 0xbfa4_5c53_5ffb_8498),
            (0x4064_2370_bfde_5a57, 0x3ff3_9ab7_1ab2_aa2d),
            (0xbfe3_74c1_f5fd_8292, 0xbfe6_4538_db82_7a07),
        ],
    ),
    (
        "asin",
        asin,
        [
            (0xbfef_fda8_eb6b_fe53, 0xbff8_c013_2fdf_37e4),
            (0x3fe4_cbec_0928_ce4a, 0x3fe6_a360_5dd1_d82e),
            (0x3fe6_dec1_0f33_8fbf, 0x3fe9_7a55_2566_a33b),
            (0xbfb4_01dc_7baf_1170, 0xbfb4_0716_f40a_0786),
        ],
    ),
    (
        "acos",
        acos,
        [
            (0x3fea_cb40_bab9_26d0, 0x3fe2_82a9_5b22_735a),
            (0xbfdb_ece3_c84d_9a2a, 0x4000_2db4_1ed3_fa31),
            (0x3fdd_3a3a_cb29_70c2, 0x3ff1_8b6b_13a0_75b6),
            (0xb02d_dfe9_28d5_bb4a, 0x3ff9_21fb_5444_2d18),
        ],
    ),
    (
        "atan",
        atan,
        [
            (0x4063_8445_1f78_f338, 0x3ff9_07bf_8648_fa00),
            (0x41e0_0f67_f883_4663, 0x3ff9_21fb_5424_4bca),
            (0x3fe5_20d3_e7ea_40aa, 0x3fe2_ac75_af4f_cfc6),
            (0x4065_1d01_c9b2_9482, 0x3ff9_09bb_5fcb_545b),
        ],
    ),
    (
        "sinh",
        sinh,
        [
            (0xbfdd_299e_90c5_c550, 0xbfde_2ea9_dcf3_8cd3),
            (0x4055_6800_0000_0000, 0x4797_1d76_5469_3a73),
            (0xbfe5_72dd_9703_8e46, 0xbfe7_1757_8fa4_8a9a),
            (0x3acd_5b36_fac2_704d, 0x3acd_5b36_fac2_704e),
        ],
    ),
    (
        "cosh",
        cosh,
        [
            (0x406e_0000_0000_0000, 0x5582_fc3b_b0fc_b842),
            (0x3fcc_bc13_aa91_8f78, 0x3ff0_67a4_f549_a6ba),
            (0x3ffd_d65f_f642_c2ec, 0x400a_7071_c275_f7b1),
            (0xbfc9_e2e3_3be4_1dc2, 0x3ff0_540c_5e35_9d67),
        ],
    ),
    (
        "tanh",
        tanh,
        [
            (0x3f7e_e00d_2cc4_8dc0, 0x3f7e_dfe6_da1b_68cb),
            (0xbfeb_f85e_0f0a_5892, 0xbfe6_828a_9a20_d4bb),
            (0xbfe9_ac14_3efd_e2e0, 0xbfe5_4a1a_c5df_40fd),
            (0xbfd9_dc7d_ffa1_59b2, 0xbfd8_8a3a_f9fb_b99e),
        ],
    ),
    (
        "asinh",
        asinh,
        [
            (0xc061_71b8_1846_fcd6, 0xc016_86c4_ae3a_972c),
            (0x4068_670d_2509_8936, 0x4017_de7f_5a1c_6d36),
            (0x4062_e289_a867_8b6a, 0x4016_d806_b0e0_c6de),
            (0x41db_e40e_4ee8_e615, 0x4036_0b13_e4f4_fda6),
        ],
    ),
    (
        "acosh",
        acosh,
        [
            (0x4078_1170_e482_1090, 0x401a_9624_44b7_ae70),
            (0x4029_aa38_ec68_7a79, 0x4009_f2e6_967d_e0d2),
            (0x4053_76e2_c15a_8a1b, 0x4014_3123_96e5_9ce0),
            (0x41db_e0c4_aad4_f7d6, 0x4036_0af5_b60f_234a),
        ],
    ),
    (
        "atanh",
        atanh,
        [
            (0xbfc7_9087_1ce6_9378, 0xbfc7_d619_902e_1b06),
            (0x3fdc_7ecb_95e1_96d0, 0x3fde_a3c7_57e0_bfe2),
            (0xbfe1_57ec_da0b_81f8, 0xbfe3_6c35_b05a_fa25),
            (0x8469_750d_f724_7014, 0x8469_750d_f724_7014),
        ],
    ),
];

const OF_TWO: &[OfTwo] = &[
    (
        "pow",
        pow,
        [
            (
                0x404d_c000_0000_0000,
                0x402d_c666_6666_6666,
                0x456b_1435_85e3_47fe,
            ),
            (
                0xc003_c98d_1bb3_396c,
                0xc06a_c000_0000_0000,
                0x2e75_3baa_2741_ecc6,
            ),
            (
                0xbfb9_395a_d034_6070,
                0x4069_2000_0000_0000,
                0x95f0_065e_64c7_6999,
            ),
            (
                0x406c_54a6_a505_4f76,
                0x3fd0_0244_c943_e50c,
                0x400f_104c_ff16_d470,
            ),
        ],
    ),
    (
        "atan2",
        atan2,
        [
            (
                0x41e3_dc0b_164e_a442,
                0xbfb8_74c6_ff7a_e088,
                0x3ff9_21fb_5446_a399,
            ),
            (
                0xc041_6000_0000_0000,
                0xc080_5fe8_5ed2_e762,
                0xc008_9a5c_4ddc_c13c,
            ),
            (
                0xc05f_b431_0f6e_17d6,
                0x3fd9_c5c7_bd37_0f24,
                0xbff9_14f9_a328_7715,
            ),
            (
                0x4077_4cbf_862d_dcb9,
                0xc038_148a_35f1_9d9e,
                0x3ffa_2a30_8583_dfdc,
            ),
        ],
    ),
];

#[test]
fn every_bit_is_that_of_prometheus() {
    for (name, function, values) in OF_ONE {
        for (x, expected) in values {
            let x = f64::from_bits(*x);
            assert_eq!(function(x).to_bits(), *expected, "{name}({x:?})");
        }
    }
    for (name, function, values) in OF_TWO {
        for (x, y, expected) in values {
            let (x, y) = (f64::from_bits(*x), f64::from_bits(*y));
            assert_eq!(function(x, y).to_bits(), *expected, "{name}({x:?}, {y:?})");
        }
    }
}

#[test]
fn what_is_no_number_and_the_ends_are_those_of_the_standard() {
    let ends = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        2.5,
        -2.5,
    ];
    type Function = fn(f64) -> f64;
    let pairs: [(Function, Function); 10] = [
        (sin, f64::sin),
        (atan, f64::atan),
        (asin, f64::asin),
        (exp, f64::exp),
        (ln, f64::ln),
        (log10, f64::log10),
        (sinh, f64::sinh),
        (tanh, f64::tanh),
        (acosh, f64::acosh),
        (atanh, f64::atanh),
    ];
    let alike = |own: f64, other: f64| {
        own.to_bits() == other.to_bits()
            || own.is_nan() && other.is_nan()
            || (own - other).abs() < 1e-13
    };
    for x in ends {
        for (own, other) in pairs {
            assert!(
                alike(own(x), other(x)),
                "{x:?}: {:?} {:?}",
                own(x),
                other(x)
            );
        }
        for y in ends {
            assert!(alike(pow(x, y), x.powf(y)), "{x:?} ^ {y:?}");
            assert!(alike(atan2(x, y), x.atan2(y)), "{x:?} atan2 {y:?}");
        }
    }
    assert!(acosh(-1e10).is_nan());
    assert_eq!(exp(709.7), 709.7_f64.exp());
    assert_eq!(exp(1000.0), f64::INFINITY);
    assert_eq!(exp(-745.1), f64::from_bits(1));
    assert_eq!(exp(-1e300), 0.0);
    assert_eq!(pow(-1.0, 1e300), 1.0);
    assert_eq!(pow(2.0, 1e300), f64::INFINITY);
    assert_eq!(pow(0.5, 1e300), 0.0);
    assert_eq!(pow(1e-300, 2.0), 0.0);
    assert_eq!(pow(-1e200, 3.0), f64::NEG_INFINITY);
    assert!(pow(-2.0, 0.3).is_nan());
}

#[test]
fn powers_of_two_are_exact() {
    for exponent in -1074..1024 {
        let power = scale(0.5, i64::from(exponent) + 1);
        assert_eq!(log2(power), f64::from(exponent));
        assert_eq!(exp2(f64::from(exponent)), power);
    }
}

#[test]
fn logarithms_and_powers_undo_each_other() {
    for step in 1..2000 {
        let value = f64::from(step) * 0.37;
        assert!((exp2(log2(value)) / value - 1.0).abs() < 1e-14, "{value}");
        assert!((log2(value) - value.log2()).abs() < 1e-14, "{value}");
    }
}

#[test]
fn the_ends_are_those_of_the_floats() {
    assert_eq!(log2(0.0), f64::NEG_INFINITY);
    assert_eq!(log2(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp2(f64::INFINITY), f64::INFINITY);
    assert_eq!(exp2(f64::NEG_INFINITY), 0.0);
    assert!(exp2(f64::NAN).is_nan());
}
