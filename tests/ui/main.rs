//! What the attributes and derives refuse, each mistake as its author reads it, and the odd places
//! where they work.

mod pass;

#[test]
fn mistakes_are_told() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}
