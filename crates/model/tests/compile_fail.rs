//! What must not compile does not, and the compiler's words lead to the fix.

#[test]
fn undeclared_telemetry_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
